/**
 * What an agent does with the plans of the documentation: the scripted one that stands in for it runs these commands. A plan that is not here
 * asks it for nothing, and it ends well.
 */
export const plans: Readonly<Record<string, string>> = {
  'Write hello.html, a page that says hello.': 'RUN: echo hello > hello.html',
  'Have hello.html greet the reader by name.': 'RUN: echo hello, Ada > hello.html',
  'Build a site of two pages, about.html and contact.html. Make a subtask for each, run both at once, merge them.': [
    'RUN: set -e; o=.makima/orchestrate.sh',
    'a=$($o create About "Write about.html." --start | cut -f 1); b=$($o create Contact "Write contact.html." --start | cut -f 1)',
    '$o wait $a $b; $o merge $a; $o merge $b; $o done "Both pages are there."',
  ].join('; '),
  'Write about.html.': 'RUN: echo about > about.html',
  'Write contact.html.': 'RUN: echo contact > contact.html',
  'Write footer.html, a footer for the pages.': 'RUN: echo footer > footer.html',
  'Write hello.html.': 'RUN: echo hello > hello.html',
  'Write part.txt.': 'RUN: echo part > part.txt',
};
