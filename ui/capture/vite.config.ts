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

/** The nets are files of a package that lets nobody name them: its program is of no use here. */
const MODELS = new URL("./node_modules/@vladmandic/human/models", import.meta.url).pathname;

export default defineConfig({
  base: "./",
  resolve: { alias: { "@models": MODELS } },
  plugins: [policyInThePage],
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  build: {
    target: ["es2022", "chrome94", "safari15.4", "firefox100"],
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: true,
  },
});
