// SPDX-License-Identifier: MIT
// The list of results: filters, search, and rows of which only those in sight exist.

const ROW_REM = 3.5;
const ROWS_AROUND = 8; // rows kept above and below those in sight

function isBad(row) {
  return row.tone === 'bad';
}

// A failure that a quarantine keeps from failing the run.
function isQuarantined(row) {
  return row.tone === 'odd' && Boolean(row.details?.quarantine);
}

// All that is searched in a row.
function haystack(row) {
  row.haystack =
    row.haystack ??
    `${row.id}\n${row.title}\n${row.tags.join('\n')}\n${row.plugin}\n${row.verdict}`.toLowerCase();
  return row.haystack;
}

function matches(row, words, verdicts) {
  return (
    (verdicts.size === 0 ||
      verdicts.has(row.verdict) ||
      (verdicts.has('quarantined') && isQuarantined(row))) &&
    words.every((word) => haystack(row).includes(word))
  );
}

class ResultList {
  constructor(rows, open) {
    this.rows = rows;
    this.open = open;
    this.shown = rows;
    this.nodes = new Map(); // position in `shown`: node
    this.current = 0;
    this.opened = null;
    this.verdicts = new Set();
    this.failuresFirst = true;
    this.build();
    this.apply();
  }

  build() {
    this.search = h('input', {
      type: 'search',
      id: 'search',
      placeholder: 'Search id, title, tag',
      'aria-label': 'Search results by id, title or tag',
      autocomplete: 'off',
      spellcheck: 'false',
      oninput: () => this.apply(),
    });
    this.status = h('p', { class: 'status', role: 'status' });
    this.canvas = h('ol', { class: 'canvas', role: 'list' });
    this.view = h(
      'div',
      { class: 'view', role: 'group', 'aria-label': 'Results', tabindex: 0, onscroll: () => this.render() },
      this.canvas,
    );
    this.node = h(
      'section',
      { class: 'list', 'aria-label': 'All results' },
      h('div', { class: 'controls' }, this.search, this.filterButtons(), this.status),
      this.view,
    );
    new ResizeObserver(() => this.render()).observe(this.view);
  }

  filterButtons() {
    const counts = new Map();
    for (const row of this.rows) {
      counts.set(row.verdict, (counts.get(row.verdict) ?? 0) + 1);
    }
    const known = this.rows.filter(isQuarantined).length;
    // What went wrong first, what passed last.
    const order = [...Object.keys(MEANING).slice(1), 'pass'];
    const names = [...counts.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const button = (name, words, amount) =>
      h(
        'button',
        {
          type: 'button',
          class: `filter ${toneOf(name)}`,
          'aria-pressed': 'false',
          onclick: (event) => this.toggle(name, event.currentTarget),
        },
        h('span', { 'aria-hidden': 'true' }, `${SIGNS[toneOf(name)]} `),
        words,
        ' ',
        h('b', {}, number(amount)),
      );
    const first = h(
      'button',
      {
        type: 'button',
        class: 'filter',
        'aria-pressed': 'true',
        onclick: () => {
          this.failuresFirst = !this.failuresFirst;
          first.setAttribute('aria-pressed', String(this.failuresFirst));
          this.apply();
        },
      },
      'failures first',
    );
    return h(
      'div',
      { class: 'filters', role: 'group', 'aria-label': 'Show only' },
      names.map((name) => button(name, name, counts.get(name))),
      known > 0 && button('quarantined', 'quarantined', known),
      h('span', { class: 'spring' }),
      this.rows.some(isBad) && first,
    );
  }

  toggle(name, button) {
    const on = !this.verdicts.delete(name);
    if (on) {
      this.verdicts.add(name);
    }
    button.setAttribute('aria-pressed', String(on));
    this.apply();
  }

  // Filters anew, from the top.
  apply() {
    performance.mark('sockdrill:filter');
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.rows.filter((row) => matches(row, words, this.verdicts));
    this.shown = this.failuresFirst ? [...found.filter(isBad), ...found.filter((row) => !isBad(row))] : found;
    this.current = Math.max(this.shown.indexOf(this.opened), 0);
    this.status.textContent =
      found.length === this.rows.length
        ? count(found.length, 'result')
        : `${number(found.length)} of ${count(this.rows.length, 'result')}`;
    this.clear();
    this.view.scrollTop = 0;
    this.render();
    performance.measure('sockdrill:filtered', 'sockdrill:filter');
  }

  clear() {
    this.canvas.replaceChildren();
    this.nodes.clear();
  }

  rowHeight() {
    return ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  // Only what is in sight stays, and the row that has the focus.
  render() {
    const height = this.rowHeight();
    this.canvas.style.height = `${this.shown.length * height}px`;
    const first = Math.max(Math.floor(this.view.scrollTop / height) - ROWS_AROUND, 0);
    const last = Math.min(
      Math.ceil((this.view.scrollTop + this.view.clientHeight) / height) + ROWS_AROUND,
      this.shown.length,
    );
    for (const [position, node] of this.nodes) {
      if ((position < first || position >= last) && !node.contains(document.activeElement)) {
        node.remove();
        this.nodes.delete(position);
      }
    }
    for (let position = first; position < last; position++) {
      if (!this.nodes.has(position)) {
        this.add(position, height);
      }
    }
  }

  add(position, height) {
    const row = this.shown[position];
    const link = h(
      'a',
      {
        href: `#${encodeURIComponent(row.id)}`,
        'aria-current': row === this.opened ? 'true' : null,
        onfocus: () => {
          this.current = position;
        },
      },
      h('span', { class: 'id' }, row.id),
      badge(row.verdict, row.tone),
      h('span', { class: 'title' }, row.details?.failure?.sentence ?? row.title),
    );
    const node = h('li', { 'aria-setsize': this.shown.length, 'aria-posinset': position + 1 }, link);
    node.style.top = `${position * height}px`;
    const next = [...this.nodes.keys()].filter((other) => other > position).sort((a, b) => a - b)[0];
    this.canvas.insertBefore(node, next === undefined ? null : this.nodes.get(next));
    this.nodes.set(position, node);
  }

  // Puts the focus on the row at a position, scrolling there.
  focus(position) {
    if (this.shown.length === 0) {
      return;
    }
    this.current = Math.min(Math.max(position, 0), this.shown.length - 1);
    this.reveal(this.current);
    this.nodes.get(this.current)?.querySelector('a').focus({ preventScroll: true });
  }

  reveal(position) {
    const height = this.rowHeight();
    const top = position * height;
    if (top < this.view.scrollTop) {
      this.view.scrollTop = top;
    } else if (top + height > this.view.scrollTop + this.view.clientHeight) {
      this.view.scrollTop = top + height - this.view.clientHeight;
    }
    this.render();
  }

  // Marks the row that is open beside the list; null: none.
  mark(row) {
    this.opened = row;
    this.clear();
    const position = this.shown.indexOf(row);
    if (position >= 0) {
      this.current = position;
      this.reveal(position);
    }
    this.render();
  }
}
