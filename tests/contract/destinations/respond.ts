export { respond } from '#cli/local/vendor-server/vendor.ts';
