/**
 * An installation that is made up: `run-process.ts run FOLDER` tells its beginning, waits for a file
 * named `go`, and ends. `run-process.ts start FOLDER` starts that as the screens would, and is gone.
 */
import {existsSync} from 'node:fs';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {setTimeout} from 'node:timers/promises';
import {hostSystem} from '../../../engine/system/host.ts';
import {noAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {decodeAnswers} from '../../../installer/answers/wire.ts';
import {runFiles} from '../../../installer/background/run-files.ts';
import {RunJournal} from '../../../installer/background/run-journal.ts';
import {startRun} from '../../../installer/background/start-run.ts';

const [, self = '', mode, folder = ''] = process.argv;
const files = runFiles(folder);

if (mode === 'start') {
	const program = {command: process.execPath, args: [self, 'run', folder]};
	const root = {passwordHash: new Secret('$6$salt$hash'), sshKeys: []};
	await startRun(hostSystem(), files, program, {...noAnswers, root});
	process.exit();
}
const answers = decodeAnswers(await text(process.stdin));
using journal = await RunJournal.begin(hostSystem(), files, '/dev/sda');
journal.report({type: 'step', step: 'root', title: 'Writing'});
while (!existsSync(path.join(folder, 'go'))) await setTimeout(20);
await journal.endInstalled(answers.root.passwordHash?.reveal() ?? 'no hash', undefined);
