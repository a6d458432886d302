// SPDX-License-Identifier: MIT
// Whatever a report says is text. Each string of a report holds an attack here; whatever of it ran would
// leave a mark, be blocked by the page's policy, or ask for something: open() finds that.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { after, before, test } = require('node:test');
const { launch, open, paneText, quit } = require('./browser.js');
const { diverged, failed, pageOf, report, result, story } = require('./fixture.js');

const ATTACKS = [
  '</script><img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>',
  '<!--<script>',
  ']]>--><svg onload=globalThis.hacked=1>',
  '"\'`onmouseover=globalThis.hacked=1 ',
  '&lt;b&gt;&#60;script&#62;',
  '\u2028globalThis.hacked=1\u2029',
  '\u202e\u2066cod.exe\u2069\u200b\ufeff',
  'javascript:globalThis.hacked=1',
  '${globalThis.hacked=1}{{1}}',
  '@STYLE@@DATA@@SCRIPT@',
  '__proto__',
  '\u0001\u001b[31m\u007f',
  '\u{e0041}\u{1f600}',
  'https://example.invalid/x.png',
];
const ALL = ATTACKS.join(' ');

before(launch);
after(quit);

// Whatever the value of a member may be, the report must still be one that sockdrill reads.
const FIXED = new Set([
  ...['hash', 'hex', 'verdict', 'tool', 'build', 'world', 'sim', 'kernel', 'step', 'event', 'until'],
  ...['transport', 'family', 'how', 'option', 'question'],
]);

function poison(value, key) {
  if (typeof value === 'string') {
    return FIXED.has(key) && !(key === 'sim' && value === 'eof') && !(key === 'kernel' && value === 'reset')
      ? value
      : `${ALL} ${value}`;
  }
  if (Array.isArray(value)) {
    return value.map((member) => poison(member, key));
  }
  return value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, poison(member, name)]))
    : value;
}

test('attacks in every string of a report are shown as text and do nothing', async () => {
  const fault = { call: 'recv', nth: 1, error: 'EINTR', short: null, sticky: false, fired: 0 };
  const clean = report([
    failed('one', {
      story: story(),
      faults: [fault],
      note: 'n',
      quarantine: { issue: 'i', until: '2027-01-31', over: true },
    }),
    diverged('two'),
    result('three'),
  ]);
  const page = pageOf(poison(clean));
  await open(page, async (tab) => {
    for (const one of clean.results) {
      await tab.click(`.canvas a:has(.id:text-matches(" ${one.id}$"))`);
      await tab.waitForFunction(
        (id) => document.getElementById('result-id')?.textContent.endsWith(id),
        ` ${one.id}`,
      );
      const text = await tab.evaluate(() => document.querySelector('.pane').textContent);
      assert.ok(text.includes(ATTACKS[0]) && text.includes(ATTACKS[1]) && text.includes(ATTACKS[4]), one.id);
      assert.ok(
        text.includes('\\u{2028}globalThis.hacked=1\\u{2029}') &&
          text.includes('\\u{202e}\\u{2066}cod.exe\\u{2069}\\u{200b}\\u{feff}') &&
          text.includes('\\u{1}\\u{1b}[31m\\u{7f}'),
        one.id,
      );
      await tab.locator('text="List"').first().click();
    }
    assert.deepStrictEqual(
      await tab.evaluate(() => [
        globalThis.hacked,
        document.querySelectorAll('img, iframe, object, embed, link, script:not([type])').length,
        document.scripts.length,
        [...document.querySelectorAll('*')].filter((node) =>
          [...node.attributes].some(({ name }) => name.startsWith('on')),
        ).length,
      ]),
      [undefined, 0, 2, 0],
    );
  });
});

test('no attack stands in the file in a form that ends the data', () => {
  const text = fs.readFileSync(pageOf(poison(report([failed('one')]))), 'utf8');
  const data = text.slice(
    text.indexOf('id="data">') + 10,
    text.lastIndexOf('</script>', text.lastIndexOf('<script type="module">')),
  );
  assert.ok(data.length > 1000 && !/[<>&\u2028\u2029]/.test(data));
  assert.strictEqual(JSON.parse(data).rows[0][0].slice(-3), 'one');
  assert.strictEqual(text.match(/<\/script>/g).length, 2);
});

test('the policy lets nothing run but the page itself', async () => {
  const page = pageOf(report([result('one')]));
  const text = fs.readFileSync(page, 'utf8');
  const policy = text.match(/Content-Security-Policy" content="([^"]*)"/)[1];
  assert.match(
    policy,
    /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; script-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'$/,
  );
  fs.writeFileSync(
    page,
    text.replace(
      '</body>',
      '<script>globalThis.hacked = 1</script><img src="https://example.invalid/x.png"></body>',
    ),
  );
  await assert.rejects(
    open(page, async (tab) => {
      assert.strictEqual(await tab.evaluate(() => globalThis.hacked), undefined);
    }),
    (error) =>
      /script-src/.test(JSON.stringify(error.actual)) && /img-src/.test(JSON.stringify(error.actual)),
  );
});

test('an address is only ever looked up', () =>
  open(
    pageOf(report([result('one')])),
    async (tab) => {
      assert.match(await paneText(tab), /There is no result with the id <img src=x onerror=alert\(1\)>/);
      await tab.evaluate(() => {
        location.hash = '%E0%A4%A';
      });
      await tab.waitForFunction(() => document.getElementById('unknown')?.textContent.includes('%E0%A4%A'));
    },
    { hash: '<img src=x onerror=alert(1)>' },
  ));
