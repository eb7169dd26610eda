/** What every driver keeps over deaths of the daemon, with the scripted agents that stand for its protocol. */
import t from 'tap';
import { killedSuite } from './killed.ts';
import { killedAgents } from './scripted.ts';

killedSuite(t, killedAgents);
