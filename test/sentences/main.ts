import { programSentences, sentencePage } from './page.ts';

process.stdout.write(sentencePage(programSentences('.')));
