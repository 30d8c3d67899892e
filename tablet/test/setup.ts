// What Node lacks of a browser.
import 'fake-indexeddb/auto'
