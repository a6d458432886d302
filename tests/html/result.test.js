// SPDX-License-Identifier: MIT
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { after, before, test } = require('node:test');
const { launch, open, paneText, quit, sectionText } = require('./browser.js');
const {
  CONNECTIONS,
  VERDICTS,
  client,
  datagrams,
  diverged,
  excerpt,
  failed,
  openOne,
  pageOf,
  pageOfFile,
  report,
  reportOfRun,
  result,
  session,
} = require('./fixture.js');

before(launch);
after(quit);

test('a failure tells what was sent, how it was cut, what came back and what was expected', () =>
  openOne(failed('hello'), async (tab) => {
    const text = await paneText(tab);
    assert.match(text, /At step 3 \(\/steps\/2\): expect "HELLO, World\\n" \(13 bytes\)/);
    assert.match(text, /Sent\s+"hello, world\\n" 13 bytes/);
    assert.match(text, /How it was cut\s+13 bytes, taken by the server in 2 receives: 5 \+ 8\./);
    assert.match(text, /Came back\s+"HELLO, WORLD\\n" 13 bytes/);
    assert.match(text, /Expected\s+"HELLO, World\\n" 13 bytes/);
    assert.match(text, /sockdrill run --filter 'hello' --seed 1/);
    assert.match(text, /Plugin\s+uppercase 1\s+Seed\s+1\s+Tags\s+tcp/);
    assert.match(text, /simulated network: fail, real sockets: fail/);
  }));

test('bytes that differ are marked on both sides, in text and in hexadecimal', () =>
  openOne(failed('hello'), async (tab) => {
    assert.deepStrictEqual(await tab.$$eval('.pair mark', (nodes) => nodes.map((node) => node.textContent)), [
      'orld',
      'ORLD',
    ]);
    assert.deepStrictEqual(
      await tab.$$eval('.dump .hex .differs', (nodes) => nodes.map((node) => node.textContent)),
      ['6f', '72', '6c', '64', '4f', '52', '4c', '44'],
    );
    assert.match(await sectionText(tab, 'Expected and actual'), /They differ first at byte 8/);
  }));

test('only the neighbours of a late difference are shown', () => {
  const wanted = `${'a'.repeat(200)}b`;
  const late = failed('late', {
    failure: {
      ...failed('late').failure,
      expected: excerpt(wanted, 1000),
      actual: excerpt(wanted.toUpperCase().replace(/A/g, 'a'), 1000),
    },
  });
  return openOne(late, async (tab) => {
    assert.match(await sectionText(tab, 'Expected and actual'), /differ first at byte 1,200/);
    assert.deepStrictEqual(
      await tab.$$eval('.dump tbody th', (nodes) => nodes.map((node) => node.textContent)),
      ['…', '1,184', '1,192', '1,200'],
    );
  });
});

test('the steps are listed, and the one that failed is marked', () =>
  openOne(failed('hello'), async (tab) => {
    assert.deepStrictEqual(
      await tab.$$eval('.steps li', (nodes) => nodes.map((node) => node.innerText.replace(/\s+/g, ' '))),
      [
        '1 connect ✓ passed',
        '2 send "hello, world\\n" (13 bytes), cut at 5 ✓ passed',
        '3 expect "HELLO, World\\n" (13 bytes) ✗ fail',
      ],
    );
    assert.match(await tab.innerText('.steps .bad'), /^3/);
  }));

test('an old report, without the words of steps, is shown by numbers', () => {
  const old = failed('old');
  old.steps.forEach((step) => {
    delete step.what;
  });
  return openOne(old, async (tab) => {
    assert.match(await sectionText(tab, 'Steps'), /3\s+\/steps\/2\s+✗ fail/);
    assert.match(await paneText(tab), /At step 3 \(\/steps\/2\)/);
  });
});

test('both worlds of a divergence stand beside each other', () =>
  openOne(diverged('faces'), async (tab) => {
    const text = await sectionText(tab, 'Two worlds, two stories');
    assert.match(text, /verdict\s+✓ pass\s+✗ fail/);
    assert.match(text, /the session of client: how it ended\s+eof\s+reset/);
    assert.match(text, /the server's side of client: call 2\s+send\(9\) = 9\s+send\(4\) = 4/);
    const [sim, kernel] = await tab.$$eval('.side', (nodes) =>
      nodes.map((node) => node.getBoundingClientRect().left),
    );
    assert.ok(sim < kernel);
    assert.strictEqual(await tab.locator('.side .diagram').count(), 2);
  }));

test('datagrams are datagrams, and those that were cut off are counted', () =>
  openOne(datagrams('udp'), async (tab) => {
    const text = await sectionText(tab, CONNECTIONS);
    assert.match(
      text,
      /Datagrams to the server 6 bytes, 2 datagrams of 2 × 3\. 1 datagram did not fit into the buffer/,
    );
    assert.match(text, /bob/);
  }));

test('injected faults say whether they fired', () => {
  const fault = { call: 'recv', nth: 1, error: 'EINTR', short: null, sticky: false, fired: 1 };
  return openOne(
    failed('fault', {
      faults: [
        fault,
        { ...fault, call: 'send', nth: 2, error: null, short: 3, sticky: true, fired: 0 },
        { ...fault, fired: null },
      ],
    }),
    async (tab) => {
      const text = await sectionText(tab, 'Injected faults');
      assert.match(text, /recv number 1 of the server fails with EINTR; it fired once\./);
      assert.match(
        text,
        /send number 2 of the server and all that follow moves at most 3 bytes; it never fired\./,
      );
      assert.match(text, /how often it fired is not known/);
    },
  );
});

test('what passed shows what was sent and received, and how it was cut', () =>
  openOne(result('good'), async (tab) => {
    assert.match(
      await paneText(tab),
      /Sent\s+"hello" 5 bytes\s+Came back\s+"HELLO" 5 bytes[^]*5 bytes, taken by the server in 1 receive: 5\./,
    );
  }));

test('what depends on the kernel is said to', () => {
  const one = failed('kernel', {
    clients: [{ name: 'client', sent: null, received: null, end: 'reset' }],
    sessions: [{ name: 'client', bytes_received: null, received: null, recv_sizes: null, end: 'broken' }],
  });
  return openOne(one, async (tab) => {
    assert.match(await paneText(tab), /not recorded: it depends on the kernel/);
    assert.match(
      await sectionText(tab, CONNECTIONS),
      /The server reset the connection\. For the server: the connection broke\./,
    );
  });
});

test('every verdict has a page of its own', async () => {
  const worlds = (verdict) => ({ worlds: { sim: verdict, kernel: verdict } });
  const results = VERDICTS.map((verdict) =>
    ['pass', 'skipped', 'unexpected-pass'].includes(verdict)
      ? result(verdict, { verdict, note: 'a note', ...worlds('pass') })
      : verdict === 'diverged'
        ? diverged(verdict)
        : failed(verdict, { verdict, note: 'a note', ...worlds('fail') }),
  );
  await open(pageOf(report(results)), async (tab) => {
    for (const verdict of VERDICTS) {
      await tab.evaluate((id) => {
        location.hash = id;
      }, verdict);
      await tab.waitForSelector(`#result-id:text-is("${verdict}")`);
      assert.match(await tab.innerText('.top'), new RegExp(`[✓✗–] ${verdict}$`));
      assert.match(await paneText(tab), verdict === 'diverged' ? /told different stories/ : /Note: a note/);
    }
  });
});

test('verdicts of versions to come are shown as something bad, by their name', () => {
  const page = pageOf(report([failed('melted'), result('fine')]));
  fs.writeFileSync(page, fs.readFileSync(page, 'utf8').replace('"verdicts":["fail"', '"verdicts":["melted"'));
  return open(
    page,
    async (tab) => {
      assert.match(await tab.innerText('#summary'), /1 melted/);
      assert.match(await tab.innerText('.top'), /✗ melted/);
      assert.match(await tab.innerText('.filters'), /✗ melted 1/);
    },
    { hash: 'melted' },
  );
});

test('a quarantine is told, and what it means for the run', () => {
  const quarantine = { issue: 'tracker 42', until: '2027-01-31', over: false };
  const results = [
    failed('held', { quarantine }),
    result('over', { quarantine: { ...quarantine, over: true } }),
    result('good'),
  ];
  return open(
    pageOf(report(results)),
    async (tab) => {
      const ids = () => tab.$$eval('.canvas .id', (nodes) => nodes.map((node) => node.textContent));
      assert.match(
        await paneText(tab),
        /In quarantine\. Until 2027-01-31 it does not fail the run, whatever the verdict\. Issue: tracker 42/,
      );
      assert.match(await tab.innerText('.top'), /– fail\s+– quarantined/);
      assert.deepStrictEqual(await ids(), ['over', 'held', 'good']);
      assert.match(await tab.innerText('#summary'), /2 passed, 1 failed \(1 quarantined\)/);
      await tab.locator('.filters button', { hasText: 'quarantined 1' }).click();
      assert.deepStrictEqual(await ids(), ['held']);
      await tab.evaluate(() => {
        location.hash = 'over';
      });
      await tab.waitForSelector('#result-id:text-is("over")');
      assert.match(await tab.innerText('.top'), /✗ pass\s+✗ quarantine over/);
      assert.match(
        await paneText(tab),
        /Its quarantine is over\. It ended with 2027-01-31: it fails the run/,
      );
    },
    { hash: 'held' },
  );
});

test('the replay command can be copied', () =>
  openOne(failed('hello'), async (tab) => {
    await tab.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await tab.click('.copy');
    await tab.waitForSelector('.copy[data-said]');
    assert.match(await tab.innerText('.copy'), /Copied|Selected/);
  }));

test('every result of real runs opens, those that must fail and those that pass', async () => {
  const drills = reportOfRun([
    '--plugin-path',
    process.env.DRILL_TEST_PLUGINS,
    '--filter',
    '[abdefs]*',
    'tests/drills/failing',
  ]);
  await open(pageOfFile(drills), async (tab) => {
    const { results } = JSON.parse(fs.readFileSync(drills, 'utf8'));
    assert.ok(results.length > 50);
    for (const { id, verdict, failure } of results) {
      await tab.evaluate((hash) => {
        location.hash = hash;
      }, encodeURIComponent(id));
      await tab.waitForFunction((text) => document.getElementById('result-id')?.textContent === text, id);
      const text = await paneText(tab);
      assert.ok(text.includes(verdict), id);
      assert.ok(!failure || text.includes(failure.sentence), id);
      assert.ok(!/undefined|NaN|\[object/.test(text), `${id}: ${text}`);
    }
  });
});
