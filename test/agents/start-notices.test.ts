import t from 'tap';
import { withoutStartNotices } from '../../src/agents/start-notices.ts';

void t.test('what an agent says at every start is left out of why it ended, and nothing else is', (t) => {
  const notices = [
    'Warning: 256-color support not detected. Using a terminal with at least 256-color support is recommended for a better visual experience.',
    'YOLO mode is enabled. All tool calls will be automatically approved.',
    'YOLO mode is enabled. All tool calls will be automatically approved.\r',
    'Ripgrep is not available. Falling back to GrepTool.',
  ];
  t.equal(withoutStartNotices(notices.join('\n')), '');
  const why = ['Attempt 1 failed. Retrying with backoff... Error: fetch failed', '', '    at file:///gemini.js:1:2'];
  t.equal(withoutStartNotices([...notices, ...why].join('\n')), why.join('\n'));
  for (const other of ['It says: YOLO mode is enabled. All tool calls will be automatically approved.', 'Killed', ''])
    t.equal(withoutStartNotices(other), other);
  t.end();
});
