// SPDX-License-Identifier: MIT
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { after, before, test } = require('node:test');
const { launch, open, paneText, quit } = require('./browser.js');
const {
  VERDICTS,
  client,
  datagrams,
  diverged,
  excerpt,
  failed,
  pageOf,
  pageOfFile,
  report,
  reportOfRun,
  result,
  session,
  story,
  stream,
} = require('./fixture.js');

before(launch);
after(quit);

// Opens the page of one result.
function openOne(one, use, options = {}) {
  return open(pageOf(report([one])), use, { hash: one.id, ...options });
}

function sectionText(tab, title) {
  return tab.innerText(`section:has(> h3:text-is("${title}"))`);
}

const CONNECTIONS = 'What was sent, how it was cut, what came back';

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

test('the diagram shows each call on its lanes, the fault, the time and the failing step', () =>
  openOne(failed('hello', { story: story() }), async (tab) => {
    assert.deepStrictEqual(
      await tab.$$eval('.names .lane-text', (nodes) => nodes.map((node) => node.lastChild.textContent)),
      ['client', 'wire', 'server', 'plugin'],
    );
    const labels = await tab.$$eval('.diagram .label, .diagram .band-text', (nodes) =>
      nodes.map((node) => node.lastChild.textContent),
    );
    for (const label of [
      'listens, backlog 5',
      'connect',
      'accept client',
      'send 5 "hello"',
      'recv 5 "hello"',
      'recv 5 "HELLO"',
      '1.024 s later (1.024 s since the beginning)',
      'recv(1024) = EINTR — injected fault',
      'send 8 ", WORLD\\n"',
      '✗ Step 3: expect "HELLO, World\\n" (13 bytes) — failed here',
      '✗ expect: byte 8 differs from what was expected',
    ]) {
      assert.ok(labels.includes(label), `${label} is not in ${labels.join(' | ')}`);
    }
    // What a receive takes goes on to the plugin, whose answer comes back through the server.
    const taken = await tab.$$eval('.diagram .head.request', (nodes) => nodes.length);
    assert.strictEqual(taken, 2 * 2 + 2 * 3);
    assert.strictEqual(await tab.locator('.diagram .bolt').count(), 1);
  }));

test('the list has the same as the diagram, and every call', () =>
  openOne(failed('hello', { story: story() }), async (tab) => {
    await tab.click('text="List"');
    assert.strictEqual(await tab.isVisible('.diagram'), false);
    const rows = await tab.$$eval('.events tbody tr', (nodes) =>
      nodes.map((node) => node.innerText.replace(/\s+/g, ' ').trim()),
    );
    assert.strictEqual(rows.length, story().events.length);
    assert.ok(rows.includes('0 ns server socket() = 0'), rows.join('\n'));
    assert.ok(rows.includes('1.024 s server:client recv(1024) = EINTR injected fault'), rows.join('\n'));
    assert.ok(rows.includes('0 ns server:client recv(1024) = 5 "hello" 5 bytes'), rows.join('\n'));
    assert.match(await tab.innerText('.events .step.bad'), /failed here/);
    await tab.click('text="Diagram"');
    assert.strictEqual(await tab.isVisible('.diagram'), true);
  }));

test('events that were left out leave a gap where they were', () => {
  const events = Array.from({ length: 240 }, (_, i) => ({
    at_ns: i,
    who: 'client',
    event: 'send',
    size: 1,
    result: 1,
    data: { length: 1, hex: '61' },
  }));
  return openOne(failed('long', { story: { omitted: 12345, events } }), async (tab) => {
    assert.match(await tab.innerHTML('.diagram'), /12,345 events left out here/);
    await tab.click('text=To the failure');
    assert.ok(await tab.$eval('.story .scroll', (box) => box.scrollTop > 0));
  });
});

test('a reply in several sends comes from the plugin once', () => {
  const send = (size, sent) => ({
    at_ns: 0,
    who: 'server:client',
    event: 'send',
    size,
    result: sent,
    data: { length: sent, hex: '61'.repeat(sent) },
  });
  return openOne(
    failed('parts', { story: { omitted: 0, events: [send(5, 2), send(3, 3), send(4, 4)] } }),
    async (tab) => {
      const starts = await tab.$$eval('.diagram circle.reply', (nodes) =>
        nodes.map((node) => Number(node.getAttribute('cx'))),
      );
      assert.strictEqual(starts.length, 3);
      assert.ok(starts[0] > starts[1] && starts[0] === starts[2], String(starts));
    },
  );
});

test('without a story the diagram is put together from totals, which is said', () =>
  openOne(failed('old'), async (tab) => {
    const text = await sectionText(tab, 'What happened');
    assert.match(text, /does not tell what happened call by call/);
    assert.match(text, /recv 5 "hello"/);
    assert.match(text, /recv 8 ", world\\n"/);
    assert.match(text, /reply 13 "HELLO, WORLD\\n"/);
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

test('the ruler shows the receives, and each byte with its cuts', () =>
  openOne(failed('hello', { story: story() }), async (tab) => {
    const text = await sectionText(tab, CONNECTIONS);
    assert.match(text, /client → server 13 bytes, taken by the server in 2 receives: 5 \+ 8\./);
    assert.match(
      text,
      /server → client 13 bytes, sent in 2 pieces: 5 \+ 8\. Byte 8 is not what was expected\./,
    );
    const [request, reply] = await tab.$$('figure');
    assert.deepStrictEqual(
      await request.$$eval('.block-text', (nodes) => nodes.map((node) => node.textContent)),
      ['5', '8'],
    );
    assert.deepStrictEqual(
      await request.$$eval('.tick-text', (nodes) => nodes.map((node) => node.textContent)),
      ['0', '5', '13'],
    );
    assert.deepStrictEqual(
      await request.$$eval('.cell.cut b', (nodes) => nodes.map((node) => node.textContent)),
      [','],
    );
    assert.strictEqual(await reply.$eval('.wrong-text', (node) => node.textContent), 'byte 8');
    assert.strictEqual(await reply.$eval('.cell.differs b', (node) => node.textContent), 'O');
  }));

test('a reply that is too short is marked at its end', () => {
  const short = failed('short', {
    clients: [client('client', 'hello', 'HEL', 'eof')],
    failure: { ...failed('short').failure, expected: excerpt('HELLO'), actual: excerpt('HEL') },
  });
  return openOne(short, async (tab) => {
    assert.match(await sectionText(tab, CONNECTIONS), /3 bytes\. Here it ends, where more was expected\./);
    assert.strictEqual(await tab.$eval('.cell.differs', (node) => node.title), 'the stream ends here');
  });
});

test('the ruler of 10 MB has marks at 1,024 bytes, and the wrong byte', () => {
  const size = 10 << 20;
  const big = failed('big', {
    clients: [
      {
        ...client('client', 'a'.repeat(256), 'A'.repeat(256)),
        sent: stream('a'.repeat(256), { length: size }),
        received: stream('A'.repeat(256), { length: size }),
      },
    ],
    sessions: [
      {
        ...session('client', 'a'.repeat(256), [[1024, 10240]]),
        bytes_received: size,
        received: stream('a'.repeat(256), { length: size }),
      },
    ],
    failure: {
      ...failed('big').failure,
      expected: excerpt('AAAAb', 7000000, size),
      actual: excerpt('AAAAB', 7000000, size),
    },
  });
  big.failure.actual.hash = big.clients[0].received.hash;
  return openOne(big, async (tab) => {
    assert.match(
      await sectionText(tab, CONNECTIONS),
      /10,485,760 bytes, taken by the server in 10,240 receives: 10,240 × 1,024\./,
    );
    assert.deepStrictEqual(
      await tab.$$eval('figure:first-of-type .boundary-text', (nodes) =>
        nodes.map((node) => node.textContent),
      ),
      ['1,024', '2,048', '3,072', '4,096', '5,120', '6,144', '7,168', '8,192'],
    );
    assert.strictEqual(await tab.$eval('.wrong-text', (node) => node.textContent), 'byte 7,000,004');
    assert.deepStrictEqual(
      await tab.$$eval('.cell.differs', (nodes) => nodes.map((node) => node.textContent)),
      ['7,000,004B42'],
    );
    assert.ok((await tab.evaluate(() => document.querySelectorAll('*').length)) < 2000);
  });
});

test('numbers that no run can have do not stop the page', () => {
  const odd = failed('odd', {
    sessions: [
      {
        ...session('client', 'hello', [
          [1, 9e15],
          [0, 9e15],
          [9e15, 1],
        ]),
        end: 'unheard-of',
      },
    ],
  });
  return openOne(odd, async (tab) => {
    assert.match(await sectionText(tab, CONNECTIONS), /For the server: unheard-of/);
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

test('many connections are shown a few at a time, the wrong one first', () => {
  const names = Array.from({ length: 40 }, (_, i) => `c[${i}]`);
  const many = failed('many', {
    clients: [...names.map((name) => client(name, 'x', 'X')), client('odd', 'hello', 'HELLO, WORLD\n')],
    sessions: names.map((name) => session(name, 'x', [[1, 1]])),
    clients_omitted: 3,
  });
  return openOne(many, async (tab) => {
    assert.strictEqual(await tab.innerText('.connection h4 >> nth=0'), 'odd');
    assert.strictEqual(await tab.locator('.connection').count(), 6);
    await tab.click('text=Show 6 more connections of 35');
    assert.strictEqual(await tab.locator('.connection').count(), 12);
    assert.match(await sectionText(tab, CONNECTIONS), /leaves out 3 further connections/);
    assert.deepStrictEqual(await tab.$$eval('.names .lane-text', (nodes) => nodes.length), 5 + 3);
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

test('a known failure is told from the others', () =>
  open(
    pageOf(
      report([failed('known', { quarantine: { issue: 'tracker 42', until: '2027-01-31' } }), failed('new')]),
    ),
    async (tab) => {
      assert.match(
        await paneText(tab),
        /Known failure\. Issue: tracker 42\. It does not fail the run until 2027-01-31\./,
      );
      assert.deepStrictEqual(
        await tab.$$eval('.canvas .id', (nodes) => nodes.map((node) => node.textContent)),
        ['new', 'known'],
      );
      await tab.locator('.filters button', { hasText: 'quarantined 1' }).click();
      assert.deepStrictEqual(
        await tab.$$eval('.canvas .id', (nodes) => nodes.map((node) => node.textContent)),
        ['known'],
      );
    },
    { hash: 'known' },
  ));

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
