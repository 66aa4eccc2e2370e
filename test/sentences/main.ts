import { programSentences, sentencePage } from './page.ts';

process.stdout.write(sentencePage(programSentences('.')));

// A reader such as head may have seen enough.
process.stdout.on('error', () => undefined);
