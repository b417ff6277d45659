// The parts of an exported page. From disk each is a script with compressed data; items come by ranges over HTTP.

const waiting = new Map();
const loaded = new Map();

globalThis.plurisetPart = (name, letters) => waiting.get(name)?.(letters);

// The bytes of a part, read once.
export function bytes(name) {
  if (!loaded.has(name)) loaded.set(name, load(name));
  return loaded.get(name);
}

export async function json(name) {
  return JSON.parse(new TextDecoder().decode(await bytes(name)));
}

// Parts of which few are needed again are not kept.
export async function passing(name) {
  const found = await json(name);
  loaded.delete(name);
  return found;
}

function load(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    waiting.set(name, (letters) => resolve(decompress(letters)));
    script.onload = () => script.remove();
    script.onerror = () => reject(new Error(`The file data/${name}.js of this page cannot be read.`));
    script.src = `data/${name}.js`;
    document.head.append(script);
  });
}

async function decompress(letters) {
  const text = atob(letters);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

let parquet;

// The items as parquet where the server answers ranges, else null.
export function ranges() {
  parquet ??= location.protocol === "file:" ? Promise.resolve(null) : openParquet().catch(() => null);
  return parquet;
}

async function openParquet() {
  const url = new URL("data/items.parquet", location.href).href.replace(/#.*/, "");
  const first = await fetch(url, { headers: { Range: "bytes=0-3" } });
  if (first.status !== 206) {
    await first.body?.cancel();
    return null;
  }
  const library = await import(new URL("vendor/hyparquet/index.js", document.baseURI).href);
  const byteLength = Number(first.headers.get("Content-Range").split("/")[1]);
  const file = library.cachedAsyncBuffer(await library.asyncBufferFromUrl({ url, byteLength }));
  const metadata = await library.parquetMetadataAsync(file);
  const read = (column, rowStart, rowEnd) =>
    library
      .parquetReadObjects({
        file,
        metadata,
        columns: [column],
        rowStart,
        rowEnd,
        useOffsetIndex: true,
      })
      .then((rows) => rows.map((row) => row[column]));
  return { read };
}
