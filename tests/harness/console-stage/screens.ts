/** Every screen of the console: a short name and an address that the example has. */
export const SCREENS: Readonly<Record<string, string>> = {
  overview: '/',
  audiences: '/audiences',
  audience: '/audiences/cart-abandoners/definition',
};
