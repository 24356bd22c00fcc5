/** Whether a URL is nothing but scheme, host and port: what is put behind it can lead nowhere else. */
export function isPlainOrigin(text: string): boolean {
  const { username, password, pathname, search, hash } = new URL(text);
  return username === '' && password === '' && pathname === '/' && search === '' && hash === '';
}
