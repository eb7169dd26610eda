/** The suite of all drivers over the agents that drivers.test.ts leaves out: what is special to each is tested among its own. */
import t from 'tap';
import { others } from './scripted.ts';
import { driverSuite } from './suite.ts';

driverSuite(t, others);
