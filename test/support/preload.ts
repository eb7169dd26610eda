/** What .taprc has each test file load first. One file, since what the recorder is left out by ends with the next module that is asked for. */
import './without-domains.ts';
import './without-process-info.ts';
