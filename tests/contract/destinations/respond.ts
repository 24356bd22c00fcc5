export { respond } from '#cli/local/vendors/vendor.ts';
