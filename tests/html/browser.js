// SPDX-License-Identifier: MIT
// A headless browser, and pages that must behave: nothing is requested, nothing is blocked by the page's
// policy, nothing is thrown and nothing is said on the console.
'use strict';

const assert = require('node:assert');
const { chromium } = require('playwright-core');

let browser = null;

async function launch() {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

async function quit() {
  await browser.close();
}

// Opens a page and hands it to `use`; afterwards nothing may have gone wrong in it.
async function open(file, use, { width = 1400, height = 900, theme = 'light', hash = '' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  // A busy machine is slow; how fast a page is nobody asserts here.
  context.setDefaultTimeout(120000);
  const page = await context.newPage();
  const complaints = [];
  const address = `file://${file}`;
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack}`));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
  page.on('request', (request) => {
    if (!request.url().startsWith(address)) {
      complaints.push(`request: ${request.url()}`);
    }
  });
  await page.addInitScript(() => {
    globalThis.blocked = [];
    addEventListener('securitypolicyviolation', (event) =>
      globalThis.blocked.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  await page.goto(address + (hash && `#${encodeURIComponent(hash)}`));
  await page.waitForSelector('body[data-ready]');
  await use(page);
  complaints.push(...(await page.evaluate(() => globalThis.blocked)));
  await context.close();
  assert.deepStrictEqual(complaints, []);
}

// What a person reads of the chosen result.
function paneText(page) {
  return page.innerText('.pane');
}

// What stands below a heading of the chosen result.
function sectionText(page, title) {
  return page.innerText(`section:has(> h3:text-is("${title}"))`);
}

// Whether the page itself would have to be scrolled sideways.
function overflows(page) {
  return page.evaluate(
    () =>
      document.documentElement.scrollWidth > document.documentElement.clientWidth ||
      [...document.querySelectorAll('.pane, .view')].some((box) => box.scrollWidth > box.clientWidth),
  );
}

module.exports = { launch, open, overflows, paneText, quit, sectionText };
