import { errorTable } from '../../error-table.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The error table as the text of docs/errors.md. */
export const errorsPage = (): string => {
  const rows = Object.entries(errorTable).map(
    ([code, { status, what, remedy }]) => `| \`${code}\` | ${status} | ${cell(what)} | ${cell(remedy)} |`,
  );
  return `<!-- Generated from src/error-table.ts by \`npm run openapi\`. Do not edit. -->
# Errors

Every answer other than a success is JSON, whatever was asked for:

<!-- shape: Error -->
\`\`\`json
{ "statusCode": 404, "code": "TASK_NOT_FOUND", "error": "Not Found", "message": "There is no task 7c0…. GET /api/v1/mesh/tasks lists the tasks." }
\`\`\`

\`code\` is stable, so programs branch on it. \`message\` is for people: what happened in this case, then what to do. It also
stands percent-encoded in the header \`X-Makima-Error\`, for scripts that do not read JSON. Some codes bring further fields:
\`VALIDATION_FAILED\` brings \`in\` (\`body\`, \`query\`, \`params\`, \`headers\`), \`field\` and \`rule\`.

The codes of 500 and 502 that name git, the set-up or the agent are also what a failed task's \`errorMessage\` says in words.

| code | status | what happened | what to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
};
