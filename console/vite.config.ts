import { defineConfig } from 'vite';

/**
 * Static files below `/console/`. Whoever serves `index.html` puts a nonce of its own in the place of `CSP_NONCE` in every
 * answer and into the policy: styles that Mantine and CodeMirror make while they run need it.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  html: { cspNonce: 'CSP_NONCE' },
  build: {
    rolldownOptions: {
      onLog: (level, log, next) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') next(level, log);
      },
    },
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
  },
});
