// Builds the page into the Python package: bundled, hashed, compressed, and within its budget.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, extname, join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = import.meta.dirname;
const OUT = resolve(HERE, "../../device/emoflix_device/web/page");
const BUDGET_BYTES = 200_000; // all of it, compressed
const COMPRESSED = new Set([".css", ".html", ".js", ".svg", ".txt", ".webmanifest"]);
// mqtt.js is put together here from its modules, with this in place of others: its own build for
// browsers brings along what is for Node alone, and a slow phone takes three times as long to start it.
const IN_PLACE = {
  debug: "module.exports = () => () => {}", // tells what it does on a console that nobody reads
  "process/": "module.exports = process", // of src/node.ts
  "worker-timers": "", // would need a hole in the content-security policy
  ws: "", // the browser has its own WebSocket
};
const leaner = {
  name: "leaner",
  setup(building) {
    const filter = new RegExp(`^(${Object.keys(IN_PLACE).join("|")})$`);
    building.onResolve({ filter }, ({ path }) => ({ path, namespace: "in-place" }));
    building.onLoad({ filter: /.*/, namespace: "in-place" }, ({ path }) => ({ contents: IN_PLACE[path] }));
  },
};

await rm(OUT, { recursive: true, force: true });
await mkdir(join(OUT, "assets"), { recursive: true });

const SHARED = {
  absWorkingDir: HERE,
  bundle: true,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  logLevel: "warning",
};
const { metafile } = await build({
  ...SHARED,
  entryPoints: { page: "src/main.tsx", style: "src/styles/style.css" },
  outdir: join(OUT, "assets"),
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  publicPath: "/assets",
  splitting: true,
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  alias: { buffer: "buffer/", events: "events/" }, // the packages, not what Node has under these names
  plugins: [leaner],
  loader: { ".woff2": "file" },
  minify: true,
  legalComments: "none", // licences.txt has the licences whole
  metafile: true,
});

const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({
  address: `/${relative(OUT, resolve(HERE, path))}`,
  ...output,
}));
const made = (entry) => outputs.find((output) => output.entryPoint === entry).address;
const chunks = outputs.filter(({ address }) => address.includes("/chunk-")).map(({ address }) => address);
const font = outputs.find(({ address }) => /-latin-400-normal-\w+\.woff2$/.test(address)).address;
const icon = await hashed("src/icon.svg");
const style = made("src/styles/style.css");
const { phoneShell } = await shells();

// A file a face and language. The phone's has its words, places and styles within, which is all that it
// takes to be seen and used.
for (const file of await readdir(join(HERE, "src/strings"))) {
  const language = basename(file, ".json");
  const modules = [made(`src/strings/${file}`), ...chunks, made("src/mqtt.ts")];
  const values = {
    LANGUAGE: language,
    STYLE: style,
    STYLES: (await readFile(join(OUT, style), "utf8")).trim(),
    SCRIPT: made("src/main.tsx"),
    MODULES: modules.map((address) => `<link rel="modulepreload" href="${address}">`).join(""),
    FONT: font,
    ICON: icon,
    SHELL: phoneShell(language, JSON.parse(await readFile(join(HERE, "src/strings", file), "utf8"))),
  };
  for (const face of ["phone", "tv"]) await fill(`src/${face}.html`, `${face}.${language}.html`, values);
}
await fill("src/manifest.webmanifest", "manifest.webmanifest", { ICON: icon });
await writeFile(join(OUT, "licences.txt"), await licences(Object.keys(metafile.inputs)));

let total = 0;
for (const entry of await readdir(OUT, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = await readFile(path);
  let size = plain.length;
  if (COMPRESSED.has(extname(path))) {
    const small = gzipSync(plain, { level: 9 });
    await writeFile(`${path}.gz`, small);
    size = small.length;
  }
  total += size;
  console.log(String(size).padStart(8), relative(OUT, path));
}
console.log(String(total).padStart(8), `of ${BUDGET_BYTES} bytes, compressed`);
if (total > BUDGET_BYTES) {
  console.error("The page is over its budget.");
  process.exit(1);
}

async function fill(from, to, values) {
  let text = await readFile(join(HERE, from), "utf8");
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(`%${name}%`, () => value);
  await writeFile(join(OUT, to), text);
}

async function hashed(from) {
  const content = await readFile(join(HERE, from));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const name = `${basename(from, extname(from))}-${hash}${extname(from)}`;
  await writeFile(join(OUT, "assets", name), content);
  return `/assets/${name}`;
}

/** The module src/shell.tsx, run here, in a world where nothing was kept and no place is in the address. */
async function shells() {
  const { outputFiles } = await build({
    ...SHARED,
    entryPoints: ["src/shell.tsx"],
    banner: { js: 'const location = { hash: "" }, localStorage = { getItem: () => null }, window = { addEventListener() {} };' },
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** The licence of every package that something in the page came from, and of those it brought along. */
async function licences(inputs) {
  const names = new Set();
  for (const input of inputs) {
    const found = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/);
    if (found !== null) names.add(found[1]);
  }
  const parts = [];
  for (const name of names) { // grows as it goes
    const folder = join(HERE, "node_modules", name);
    const { version, license, dependencies = {} } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    for (const dependency of Object.keys(dependencies)) if (!dependency.startsWith("@types/")) names.add(dependency);
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? "" : `\n${(await readFile(join(folder, file), "utf8")).trim()}\n`;
    parts.push(`${name} ${version} (${license})\n${text}`);
  }
  return parts.sort().join(`\n${"-".repeat(78)}\n\n`);
}
