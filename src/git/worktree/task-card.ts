import { renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Task } from '../../../schemas/task.ts';
import { namesIn } from '../../files/look.ts';
import { makeDirectories } from '../../files/make-directories.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import { writeSynced } from '../../files/store-durably.ts';
import { repositoryOf, taskOfRepository, type Places } from '../repository/index.ts';
import { WorktreeRecord } from './worktree-record.ts';
import type { Worktree } from './worktree.ts';

/**
 * A task as a file in the repository that holds its work, `<gitDir>/makima-tasks/<task id>.json`: from it a deleted
 * worktree is had back, and a worktree is known again after the state file was lost.
 */
export interface TaskCard {
  task: Task;
  worktree: Worktree;
  /** The task is being deleted, or was: its worktree is to go. */
  isDeleted: boolean;
}

/** What tells a card from anything else; the rest of the task is as the version says. */
const Card = Type.Object({
  version: Type.Literal(1),
  task: Type.Object({
    id: Type.String(),
    name: Type.String(),
    plan: Type.String(),
    status: Type.String(),
    depth: Type.Integer(),
    createdAt: Type.String(),
  }),
  worktree: WorktreeRecord,
  isDeleted: Type.Boolean(),
});
const isCard = (value: unknown): value is TaskCard => Value.Check(Card, value);
/** In the git directory of a repository. */
export const cardsDirectory = 'makima-tasks';

const cardPath = (gitDir: string, taskId: string): string => path.join(gitDir, cardsDirectory, `${taskId}.json`);

/** Writes a task's card, or writes it anew. It appears whole or not at all. */
export const writeTaskCard = async ({ task, worktree, isDeleted }: TaskCard): Promise<void> => {
  const file = cardPath(worktree.gitDir, task.id);
  await makeDirectories(path.dirname(file), 0o700);
  const aside = `${file}.${crypto.randomUUID()}`;
  try {
    await writeSynced(aside, JSON.stringify({ version: 1, task, worktree, isDeleted }));
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
};

/** Forgets a worktree that is not to be found again. */
export const removeTaskCard = (gitDir: string, taskId: string): Promise<void> => rm(cardPath(gitDir, taskId), { force: true });

const readCard = async (file: string): Promise<TaskCard | null> => {
  try {
    const card: unknown = JSON.parse((await readPlainText(file)) ?? '');
    // A card of makima 0.1 knows neither warnings nor what is borrowed.
    return isCard(card)
      ? { ...card, task: Object.assign({ warnings: [] }, card.task), worktree: Object.assign({ borrows: null }, card.worktree) }
      : null;
  } catch (error) {
    // Not there, or no card: an older or newer program's, or cut short by a crash of the machine.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

/** Whether a git directory held a worktree that was finished. */
export const hasTaskCard = async (gitDir: string): Promise<boolean> =>
  (await namesIn(path.join(gitDir, cardsDirectory))).some((name) => name.endsWith('.json'));

/** The repositories that tasks of makima 0.1 share. One that has a repository of its own by now still has its card there. */
const sharedRepositories = async ({ repositories }: Places): Promise<string[]> =>
  (await namesIn(repositories)).filter((name) => taskOfRepository(name) === null).map((name) => path.join(repositories, name));

/** Forgets a task whose worktree is nobody's to bring back, and nobody's to take away. */
export const removeTaskCards = async (places: Places, taskId: string): Promise<void> => {
  for (const gitDir of [...(await sharedRepositories(places)), repositoryOf(places, taskId)]) await removeTaskCard(gitDir, taskId);
};

/** The card of one task: in its own repository, kept or not, or in one that tasks of makima 0.1 share; null where there is none. */
export const findTaskCard = async (places: Places, taskId: string): Promise<TaskCard | null> => {
  for (const gitDir of [repositoryOf(places, taskId), path.join(places.kept, `${taskId}.git`), ...(await sharedRepositories(places))]) {
    const card = await readCard(cardPath(gitDir, taskId));
    if (card !== null) return card;
  }
  return null;
};

/**
 * The cards of all repositories that are not put away, one a task: its own repository knows better than one that it shared.
 * @param isWanted - asked for each task's own repository, so that those of a thousand tasks need not be read
 */
export const allTaskCards = async ({ repositories }: Places, isWanted: (taskId: string) => boolean = () => true): Promise<TaskCard[]> => {
  const cards = new Map<string, TaskCard>();
  for (const repository of await namesIn(repositories)) {
    const owner = taskOfRepository(repository);
    if (owner !== null && !isWanted(owner)) continue;
    const directory = path.join(repositories, repository, cardsDirectory);
    for (const name of await namesIn(directory)) {
      const card = name.endsWith('.json') ? await readCard(path.join(directory, name)) : null;
      // an agent can write a card of its own there, which names any directory
      const isItsOwn =
        card !== null &&
        `${card.task.id}.json` === name &&
        (owner ?? card.task.id) === card.task.id &&
        path.basename(card.worktree.gitDir) === repository;
      if (isItsOwn && (owner !== null || !cards.has(card.task.id))) cards.set(card.task.id, card);
    }
  }
  return [...cards.values()];
};
