/** Every driver passes one suite, here with the scripted agents that stand for its protocol. */
import t from 'tap';
import { scriptedAgents } from './scripted.ts';
import { driverSuite } from './suite.ts';

driverSuite(t, scriptedAgents);
