/** The suite of all drivers over agents that differ in what they offer. */
import t from 'tap';
import { scriptedVariants } from './scripted.ts';
import { driverSuite } from './suite.ts';

driverSuite(t, scriptedVariants);
