import t from 'tap';
import { shortProblem } from '../../src/http/answers/agent-lines.ts';

void t.test('the folders of a PATH are left out for those who pay for words; what to do is not', (t) => {
  t.equal(
    shortProblem('goose was not found on the PATH (looked in /a (old)/bin, /b). Install it (https://g.example), then set it up. Or not'),
    'goose was not found on the PATH. Install it (https://g.example), then set it up. Or not',
  );
  t.equal(shortProblem('/x cannot be run: no. Install it'), '/x cannot be run: no. Install it');
  t.equal(shortProblem(null), null);
  t.end();
});
