// SPDX-License-Identifier: MIT
'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');
const { launch, open, paneText, quit } = require('./browser.js');
const { datagrams, diverged, failed, pageOf, report, result } = require('./fixture.js');

let page;

before(async () => {
  page = pageOf(
    report([
      result('a/first'),
      failed('b/second', { tags: ['cuts'] }),
      result('c/third', { verdict: 'skipped', note: 'it needs a network' }),
      diverged('d/fourth'),
      datagrams('e/fifth'),
      result('f/sixth', { title: 'Nothing but rain' }),
    ]),
  );
  await launch();
});
after(quit);

const ids = (tab) => tab.$$eval('.canvas .id', (nodes) => nodes.map((node) => node.textContent));
const focused = (tab) => tab.evaluate(() => document.activeElement.textContent);

test('the summary, the count of each verdict and what went wrong are told', () =>
  open(page, async (tab) => {
    assert.strictEqual(await tab.innerText('h1'), 'A suite made by hand');
    assert.match(
      await tab.innerText('#summary'),
      /^6 scenarios: 2 passed, 2 failed, 1 skipped, 1 diverged sockdrill 0\.1\.0, plain build$/,
    );
    assert.deepStrictEqual(
      await tab.$$eval('.filters button', (nodes) => nodes.map((node) => node.innerText)),
      ['✗ fail 2', '✗ diverged 1', '– skipped 1', '✓ pass 2', 'failures first'],
    );
    const text = await paneText(tab);
    assert.match(text, /What went wrong/);
    assert.match(text, /b\/second\s+The title of b\/second\s+expect: byte 8 differs/);
  }));

test('failures come first, or the order is the scenario order', () =>
  open(page, async (tab) => {
    assert.deepStrictEqual(await ids(tab), [
      'b/second',
      'd/fourth',
      'e/fifth',
      'a/first',
      'c/third',
      'f/sixth',
    ]);
    await tab.click('text=failures first');
    assert.deepStrictEqual(await ids(tab), [
      'a/first',
      'b/second',
      'c/third',
      'd/fourth',
      'e/fifth',
      'f/sixth',
    ]);
    assert.strictEqual(await tab.getAttribute('button:has-text("failures first")', 'aria-pressed'), 'false');
  }));

test('filters add up, say that they are pressed, and come off again', () =>
  open(page, async (tab) => {
    const fail = tab.locator('.filters button', { hasText: '✗ fail' });
    await fail.click();
    assert.deepStrictEqual(await ids(tab), ['b/second', 'e/fifth']);
    assert.strictEqual(await fail.getAttribute('aria-pressed'), 'true');
    assert.strictEqual(await tab.innerText('.status'), '2 of 6 results');
    await tab.locator('.filters button', { hasText: 'skipped' }).click();
    assert.deepStrictEqual(await ids(tab), ['b/second', 'e/fifth', 'c/third']);
    await fail.click();
    assert.deepStrictEqual(await ids(tab), ['c/third']);
  }));

test('search looks at ids, titles and tags, for all words', () =>
  open(page, async (tab) => {
    await tab.fill('#search', 'RAIN');
    assert.deepStrictEqual(await ids(tab), ['f/sixth']);
    await tab.fill('#search', 'cuts');
    assert.deepStrictEqual(await ids(tab), ['b/second']);
    await tab.fill('#search', 'title /f');
    assert.deepStrictEqual(await ids(tab), ['d/fourth', 'e/fifth', 'a/first']);
    await tab.fill('#search', 'title nowhere');
    assert.deepStrictEqual(await ids(tab), []);
    assert.strictEqual(await tab.innerText('.status'), '0 of 6 results');
  }));

test('everything can be done with the keyboard', () =>
  open(page, async (tab) => {
    await tab.keyboard.press('/');
    assert.strictEqual(await tab.evaluate(() => document.activeElement.id), 'search');
    await tab.keyboard.type('title');
    await tab.keyboard.press('ArrowDown');
    assert.match(await focused(tab), /^b\/second/);
    await tab.keyboard.press('j');
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('k');
    assert.match(await focused(tab), /^d\/fourth/);
    await tab.keyboard.press('Enter');
    await tab.waitForSelector('#result-id');
    assert.strictEqual(await focused(tab), 'd/fourth');
    assert.strictEqual(await tab.evaluate(() => location.hash), '#d%2Ffourth');
    assert.match(await tab.title(), /diverged: d\/fourth/);
    await tab.keyboard.press('Escape');
    await tab.waitForSelector('#overview-title');
    assert.match(await focused(tab), /^d\/fourth/);
    await tab.keyboard.press('/');
    await tab.keyboard.press('Escape');
    assert.strictEqual(await tab.inputValue('#search'), '');
  }));

test('the keys are explained, and the focus can be seen', () =>
  open(page, async (tab) => {
    assert.match(
      await tab.innerText('#keys'),
      /\/ search · j k or ↓ ↑ next, previous · Enter open · Esc close/,
    );
    await tab.keyboard.press('j');
    assert.notStrictEqual(
      await tab.evaluate(() => getComputedStyle(document.activeElement).outlineStyle),
      'none',
    );
  }));

test('an address with an id opens that result, going back leaves it', () =>
  open(
    page,
    async (tab) => {
      assert.strictEqual(await tab.innerText('h2'), 'e/fifth');
      assert.strictEqual(await tab.getAttribute('.canvas a[aria-current]', 'href'), '#e%2Ffifth');
      await tab.click('.canvas a:has-text("a/first")');
      assert.strictEqual(await tab.innerText('h2'), 'a/first');
      await tab.goBack();
      assert.strictEqual(await tab.innerText('h2'), 'e/fifth');
    },
    { hash: 'e/fifth' },
  ));

test('an address with an id that is not there says so', () =>
  open(
    page,
    async (tab) => {
      assert.match(await tab.innerText('#unknown'), /There is no result with the id no\/such/);
    },
    { hash: 'no/such' },
  ));

test('on a narrow screen a result takes the place of the list, and a button leads back', () =>
  open(
    page,
    async (tab) => {
      assert.strictEqual(await tab.isVisible('.pane'), false);
      await tab.click('.canvas a:has-text("b/second")');
      assert.strictEqual(await tab.isVisible('.list'), false);
      await tab.click('text=All results');
      assert.strictEqual(await tab.isVisible('.list'), true);
      await tab.click('.canvas a:has-text("b/second")');
      await tab.keyboard.press('j');
      await tab.waitForSelector('#result-id:text-is("d/fourth")');
      await tab.keyboard.press('/');
      await tab.waitForFunction(() => document.activeElement.id === 'search');
    },
    { width: 360, height: 740 },
  ));

test('a report that is not complete says so', () => {
  const summary = { ...report([result('a')]).summary, planned: 20 };
  return open(pageOf(report([result('a')], { complete: false, summary })), async (tab) => {
    assert.match(await tab.innerText('#incomplete'), /not complete.*1 of 20 planned scenarios have a result/);
  });
});

test('a report without results, and the part of a run, are pages, too', () =>
  open(
    pageOf(report([], { title: '', shard: { index: 2, count: 3, planned: 9, suite: '0'.repeat(32) } })),
    async (tab) => {
      assert.match(await tab.innerText('h1'), /sockdrill report/);
      assert.match(await tab.innerText('#summary'), /0 scenarios: none has run .*part 2 of 3/);
      assert.match(await paneText(tab), /No results/);
    },
  ));
