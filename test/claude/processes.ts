import { readdir, readFile } from 'node:fs/promises';

/** A process can end between its listing and the read; what is gone is not left over. */
const readIfThere = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH' || error.code === 'EACCES'))
      return '';
    throw error;
  }
};

/**
 * @param folder - the folder that a test gave its agents
 * @returns the command lines of processes of makima's runs whose environment names the folder, however detached; Linux only
 */
export const runProcesses = async (folder: string): Promise<{ pid: number; command: string }[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = (await readIfThere(`/proc/${pid}/environ`)).split('\0');
      if (!environment.some((entry) => entry.startsWith('MAKIMA_RUN_ID=')) || !environment.some((entry) => entry.includes(folder)))
        return [];
      return [{ pid: Number(pid), command: (await readIfThere(`/proc/${pid}/cmdline`)).replaceAll('\0', ' ') }];
    }),
  );
  return found.flat();
};

/** Kills all processes of makima's runs whose environment names the folder; one ends while another dies. */
export const killRuns = async (folder: string): Promise<void> => {
  for (const { pid } of await runProcesses(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
};
