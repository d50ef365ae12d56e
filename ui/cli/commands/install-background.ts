import {text} from 'node:stream/consumers';
import {exitStatus} from '../../../engine/errors.ts';
import {decodeAnswers} from '../../../installer/answers/wire.ts';
import {runFiles} from '../../../installer/background/run-files.ts';
import {RunJournal} from '../../../installer/background/run-journal.ts';
import {installAnswers} from '../../../installer/install-answers.ts';
import {defineCommand} from '../command.ts';
import {formatInstalled} from '../installed.ts';

export const command = defineCommand({
	description: [
		'What the screens of slipway install start: reads their answers from standard input and installs, whatever becomes of the terminal. What it does is told in /run/slipway/install.',
	],
	options: {},
	positionals: {},
	examples: [],
	cleansUp: true,
	async run(context) {
		const system = await context.system();
		const answers = decodeAnswers(await text(process.stdin));
		const disk = answers.disk?.[0]?.path ?? 'no disk';
		using journal = await RunJournal.begin(system, runFiles(), disk);
		try {
			const options = {dryRun: false, signal: context.signal};
			const {plan, recoveryKey} = await installAnswers(system, answers, options, journal.report);
			await journal.endInstalled(formatInstalled(plan), recoveryKey?.reveal());
			return exitStatus.ok;
		} catch (error) {
			await journal.endFailed(error);
			throw error;
		}
	},
});
