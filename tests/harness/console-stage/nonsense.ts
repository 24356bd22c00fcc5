import type { Page } from 'playwright-core';

/** What nobody should read: values that are none, and text that is cut off without a way to the rest of it. */
const FIND = `(() => {
  const found = [];
  const text = document.body.innerText;
  for (const word of text.match(/\\b(undefined|NaN|null)\\b|\\[object|function \\(/g) ?? []) found.push('says ' + word);
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push('scrolls sideways');
  for (const element of document.querySelectorAll('main *, header *, nav *')) {
    const style = getComputedStyle(element);
    const isCut = element.scrollWidth > element.clientWidth + 1 && style.overflowX === 'hidden' && element.clientWidth > 0;
    if (isCut && !element.closest('[title], .unseen') && element.textContent.trim() !== '')
      found.push('cuts off ' + element.textContent.trim().slice(0, 40));
  }
  return [...new Set(found)];
})()`;

/** Checks by script, which a person who looks at pictures tires of. */
export const nonsenseOn = (page: Page): Promise<string[]> => page.evaluate(FIND);
