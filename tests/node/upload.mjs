// Uploads one photo with tus-js-client:
//   node upload.mjs ENDPOINT TOKEN FILE PHOTO_ID SHA256 CUT [CHUNK]
// CUT > 0: abort once that many bytes were sent, then go on with a new Upload from the URL, as a tablet after a restart.
// Prints {url, resumedAt, retries} as JSON; exit 1 with the error otherwise.
import { readFileSync } from "node:fs";
import * as tus from "tus-js-client";

const [endpoint, token, path, photoId, sha256, cut, chunk] = process.argv.slice(2);
const file = readFileSync(path);
let retries = 0;

function upload(uploadUrl, stopAt) {
  return new Promise((resolve, reject) => {
    let resumedAt = null;
    const one = new tus.Upload(file, {
      endpoint,
      uploadUrl,
      headers: { Authorization: `Bearer ${token}` },
      metadata: { photo_id: photoId, sha256, filetype: "image/jpeg" },
      chunkSize: chunk ? Number(chunk) : Infinity,
      retryDelays: [100, 200, 400, 800],
      removeFingerprintOnSuccess: true,
      onShouldRetry: (error, attempt, options) => {
        retries += 1;
        return tus.defaultOptions.onShouldRetry?.(error, attempt, options) ?? true;
      },
      onProgress: (sent) => {
        resumedAt ??= sent;
        if (stopAt > 0 && sent >= stopAt) {
          one.abort(false).then(() => resolve({ url: one.url, resumedAt }));
        }
      },
      onSuccess: () => resolve({ url: one.url, resumedAt }),
      onError: reject,
    });
    one.start();
  });
}

try {
  let done = await upload(null, Number(cut));
  if (Number(cut) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 300)); // the server notices the cut connection
    done = await upload(done.url, 0);
  }
  console.log(JSON.stringify({ ...done, retries }));
} catch (error) {
  console.error(String(error));
  process.exit(1);
}
