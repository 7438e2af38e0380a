// Bundles the command line of src/cli into plain JavaScript, so that a command starts in a tenth of a second instead of
// loading hundreds of modules through a TypeScript loader. A bundle is kept under the fingerprint of its sources.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(process.env.SYSTOLE_CACHE ?? join(root, ".cache"), "cli");

/** Packages of plain JavaScript that go into the bundle; the others are loaded from where they are. */
const INCLUDED = /^(zod|commander|picocolors|handlebars)(\/|$)/;

/** Names, sizes and times of all that the bundle is made of. */
function fingerprint() {
  const hash = createHash("sha256").update(`${root} ${process.version}`);
  const add = (path) => {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  };
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else add(path);
    }
  };
  visit(join(root, "src"));
  for (const file of ["package.json", "package-lock.json", "scripts/bundle.mjs"]) {
    if (existsSync(join(root, file))) add(join(root, file));
  }
  return hash.digest("hex").slice(0, 16);
}

const emptyMap = Buffer.from('{"version":3,"sources":[""],"mappings":"A"}').toString("base64");

/** Where a package is; what is absent is looked for when it is needed. */
function resolved(path) {
  try {
    return import.meta.resolve(path);
  } catch {
    return path;
  }
}

/** Sources keep their own places: what they read beside themselves is found from the bundle too. */
const places = {
  name: "places",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8")
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path))),
    }));
    // Messages are English: the other forty languages of zod stay out.
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
    // A map of no lines: positions in packages are nobody's business, and maps are read at every start.
    build.onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, ({ path }) => ({
      loader: "js",
      contents: `${readFileSync(path, "utf8")}\n//# sourceMappingURL=data:application/json;base64,${emptyMap}`,
    }));
    build.onResolve({ filter: /^[^./]/ }, ({ path }) => {
      if (path.startsWith("node:") || INCLUDED.test(path)) return undefined;
      return { path: resolved(path), external: true };
    });
  },
};

/** Bundles of sources as they were more than a day ago. */
function removeOld() {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (statSync(path).mtimeMs < Date.now() - 24 * 3600e3) rmSync(path, { recursive: true, force: true });
  }
}

/** The URL of the bundled command line, built when its sources have changed. */
export async function bundledCli() {
  const folder = join(cache, fingerprint());
  const main = join(folder, "main.js");
  if (!existsSync(main)) {
    const { build } = await import("esbuild");
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    try {
      await build({
        entryPoints: [join(root, "src/cli/main.ts")],
        outdir: unfinished,
        bundle: true,
        splitting: true,
        format: "esm",
        platform: "node",
        target: "node20",
        sourcemap: "linked",
        sourcesContent: false,
        // Less to read at every start; lines stay short, for the sake of whoever looks at a stack.
        minifyWhitespace: true,
        lineLimit: 160,
        banner: {
          js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
        },
        plugins: [places],
        logLevel: "silent",
      });
      renameSync(unfinished, folder);
      removeOld();
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      // Another process was faster: its bundle is as good.
      if (!existsSync(main)) throw error;
    }
  }
  return pathToFileURL(main).href;
}
