// Where the tablet is, in the protocol's words: decimal strings, asked for once, never waited for long.

/** A position as documents carry it; a type and not an interface, so that it is a `State` as well. */
export type Position = { lat: string; lon: string; accuracy_m: string }

const PATIENCE = 8_000
/** A fix of the last two minutes is good for the next photo: the chip need not be warmed up for each. */
const FRESH = 120_000

/** Ask for the position; null where it is not allowed, not there, or takes too long. Never throws. */
export function position(patience = PATIENCE): Promise<Position | null> {
  if (typeof navigator === 'undefined' || !('geolocation' in navigator)) return Promise.resolve(null)
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(null), patience + 500)
    const done = (found: Position | null) => {
      clearTimeout(late)
      resolve(found)
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done(written(coords.latitude, coords.longitude, coords.accuracy)),
      () => done(null),
      { enableHighAccuracy: true, timeout: patience, maximumAge: FRESH },
    )
  })
}

/** Coordinates as the protocol writes them: six places are 11 cm, the accuracy in whole metres, rounded up. */
export function written(lat: number, lon: number, accuracy: number): Position | null {
  if (![lat, lon].every(Number.isFinite)) return null
  const metres = Number.isFinite(accuracy) ? Math.min(99_999, Math.ceil(accuracy)) : 99_999
  return { lat: lat.toFixed(6), lon: lon.toFixed(6), accuracy_m: String(metres) }
}

/** Metres between two points on a sphere, as the server compares them; null where one is none. */
export function distance(a: { lat?: unknown; lon?: unknown }, b: { lat?: unknown; lon?: unknown }): number | null {
  const [lat1, lon1, lat2, lon2] = [a.lat, a.lon, b.lat, b.lon].map((v) => (v == null || v === '' ? NaN : (Number(v) * Math.PI) / 180))
  if (lat1 === undefined || lon1 === undefined || lat2 === undefined || lon2 === undefined) return null
  const h = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2
  const metres = 2 * 6_371_000 * Math.asin(Math.sqrt(Math.min(1, h)))
  return Number.isFinite(metres) ? Math.round(metres) : null
}
