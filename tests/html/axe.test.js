// SPDX-License-Identifier: MIT
// What axe finds wrong for people who read with a screen reader, a keyboard, or poor sight.
'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');
const axe = require('axe-core');
const { launch, open, overflows, quit } = require('./browser.js');
const { datagrams, diverged, failed, pageOf, report, result, story } = require('./fixture.js');

let page;

before(async () => {
  const fault = { call: 'recv', nth: 1, error: 'EINTR', short: null, sticky: false, fired: 0 };
  const known = { quarantine: { issue: 'tracker 42', until: '2027-01-31', over: false } };
  page = pageOf(
    report(
      [
        failed('fault', { story: story(), faults: [fault] }),
        diverged('diverged'),
        datagrams('udp'),
        failed('known', known),
        result('good'),
        result('skipped', { verdict: 'skipped', note: 'it needs a network' }),
      ],
      { complete: false },
    ),
  );
  await launch();
});
after(quit);

async function check(tab, where) {
  await tab.evaluate(axe.source);
  const { violations } = await tab.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'] }),
  );
  assert.deepStrictEqual(
    violations.map(
      ({ id, nodes }) =>
        `${where}: ${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`,
    ),
    [],
  );
  assert.strictEqual(await overflows(tab), false, `${where}: the page scrolls sideways`);
}

// Colours do not depend on the width.
for (const [theme, width] of [
  ['light', 360],
  ['dark', 800],
  ['light', 1400],
]) {
  test(`axe finds nothing, ${theme}, ${width} pixels wide`, () =>
    open(
      page,
      async (tab) => {
        await check(tab, 'overview');
        for (const id of ['fault', 'diverged', 'udp', 'known', 'good', 'skipped']) {
          await tab.evaluate((hash) => {
            location.hash = hash;
          }, id);
          await tab.waitForSelector(`#result-id:text-is("${id}")`);
          await check(tab, id);
        }
        await tab.evaluate(() => {
          location.hash = 'fault';
        });
        await tab.click('text="List"');
        await check(tab, 'list');
      },
      { theme, width },
    ));
}

test('the two themes differ, and follow the system', async () => {
  const colours = [];
  for (const theme of ['light', 'dark']) {
    await open(
      page,
      async (tab) => {
        colours.push(await tab.evaluate(() => getComputedStyle(document.body).backgroundColor));
      },
      { theme },
    );
  }
  assert.notStrictEqual(colours[0], colours[1]);
});
