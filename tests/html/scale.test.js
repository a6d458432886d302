// SPDX-License-Identifier: MIT
// Ten thousand results: how large the file is and how many nodes there are is asserted; how long things
// take is printed, for a machine may be busy.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { after, before, test } = require('node:test');
const { launch, open, quit } = require('./browser.js');
const { failed, pageOf, report, result, story } = require('./fixture.js');

const COUNT = 10000;
const NODES_MAX = 1500;

before(launch);
after(quit);

// Every `nth` fails; ids and titles are as long as those of the shipped suite.
function many(nth) {
  return report(
    Array.from({ length: COUNT }, (_, i) => {
      const id = `${['tcp', 'udp', 'faults', 'sim'][i % 4]}/a-scenario-with-a-name#value=${i}`;
      const more = {
        title: `What a server does that gets ${i} bytes in pieces, one after the other`,
        tags: ['cuts', `tag${i % 30}`],
      };
      return i % nth === nth - 1 ? failed(id, { ...more, story: story() }) : result(id, more);
    }),
  );
}

const nodes = (tab) => tab.evaluate(() => document.querySelectorAll('*').length);

test('ten thousand results are less than 2 MiB, with the details of all failures', (t) => {
  const text = fs.readFileSync(pageOf(many(40)));
  t.diagnostic(`${COUNT} results, ${COUNT / 40} of them failures: ${text.length} bytes`);
  assert.ok(text.length < 2 << 20, `${text.length} bytes`);
  assert.match(text.toString(), /"left_out":\{"details":0,"stories":0,"passing":[1-9]/);
});

test('failures beyond 2 MiB are left out, which the page says', async () => {
  const page = pageOf(many(2));
  assert.ok(fs.statSync(page).size < 2 << 20);
  await open(page, async (tab) => {
    assert.match(
      await tab.innerText('#left-out'),
      /Left out to keep the page small: details of [\d,]+ results that did not pass, 5,000 stories, details of 5,000 results that passed\./,
    );
    await tab.fill('#search', 'value=9999');
    await tab.click('.canvas a');
    assert.match(await tab.innerText('.pane .notice'), /left out here, for want of room/);
    await tab.fill('#search', '#value=1');
    await tab.click('.canvas a:has-text("#value=1")');
    assert.match(
      await tab.innerText('.pane'),
      /expect: byte 8 differs[^]*What happened call by call is left out here/,
    );
    await tab.fill('#search', '#value=0');
    await tab.click('.canvas a');
    assert.match(await tab.innerText('.pane .notice'), /It passed\. Its details are left out here/);
  });
});

test('ten thousand results open, filter and scroll with few nodes', (t) =>
  open(pageOf(many(40)), async (tab) => {
    assert.strictEqual(await tab.getAttribute('body', 'data-ready'), String(COUNT));
    assert.ok((await nodes(tab)) < NODES_MAX, 'at first');
    await tab.fill('#search', 'udp value=77');
    assert.match(await tab.innerText('.status'), /^\d+ of 10,000 results$/);
    await tab.fill('#search', '');
    await tab.locator('.filters button', { hasText: '✓ pass' }).click();
    assert.strictEqual(await tab.innerText('.status'), '9,750 of 10,000 results');
    for (const part of [0.2, 0.9, 1, 0]) {
      await tab.$eval(
        '.view',
        (view, where) => {
          view.scrollTop = where * view.scrollHeight;
        },
        part,
      );
      await tab.waitForFunction(() => {
        const view = document.querySelector('.view').getBoundingClientRect();
        return [...document.querySelectorAll('.canvas li')].some(
          (row) =>
            row.getBoundingClientRect().top >= view.top && row.getBoundingClientRect().bottom <= view.bottom,
        );
      });
      assert.ok((await nodes(tab)) < NODES_MAX, `at ${part}`);
    }
    const measures = await tab.evaluate(() =>
      performance
        .getEntriesByType('measure')
        .map(({ name, duration }) => `${name} ${Math.round(duration)} ms`),
    );
    t.diagnostic(measures.join(', '));
  }));

test('going down with the keyboard reaches the rows that are not there yet', () =>
  open(pageOf(many(10000)), async (tab) => {
    await tab.keyboard.press('j');
    for (let i = 0; i < 60; i++) {
      await tab.keyboard.press('j');
    }
    assert.match(await tab.evaluate(() => document.activeElement.textContent), /#value=59/);
    assert.strictEqual(
      await tab.evaluate(() => document.activeElement.parentElement.getAttribute('aria-posinset')),
      '61',
    );
    assert.ok((await nodes(tab)) < NODES_MAX);
  }));
