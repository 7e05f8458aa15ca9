import { defineConfig, type Plugin } from "vite";

/** What the page may do, also where a server forgets to say so in a header. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types selfie-guide",
].join("; ");

/** Only in the build: the development server needs inline styles for its reloads. */
const policyInThePage: Plugin = {
  name: "policy-in-the-page",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
  ],
};

/** Beside each file of some size the same, compressed: the service hands it to browsers that take it. */
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  enforce: "post",
  generateBundle: {
    order: "post", // what others still write into their files comes first
    async handler(_options, bundle) {
      for (const [fileName, file] of Object.entries(bundle)) {
        const source = file.type === "asset" ? file.source : file.code;
        if (source.length >= 1024) this.emitFile({ type: "asset", fileName: `${fileName}.gz`, source: await gzip(source) });
      }
    },
  },
};

async function gzip(source: string | Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([source as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const here = (path: string): string => new URL(path, import.meta.url).pathname;

/** The nets are files of a package that lets nobody name them: its program is of no use here. */
const MODELS = here("./node_modules/@vladmandic/human/models");

export default defineConfig({
  base: "./",
  resolve: {
    alias: [
      { find: "@models", replacement: MODELS },
      { find: /^.*tfjs-backend-wasm-threaded-simd(\.worker)?\.js$/, replacement: here("./src/guide/reader/no-threads.ts") },
    ],
  },
  plugins: [policyInThePage, compressed],
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  build: {
    target: ["es2022", "chrome94", "safari15.4", "firefox100"],
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: true,
  },
});
