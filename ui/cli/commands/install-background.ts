import {text} from 'node:stream/consumers';
import {exitStatus} from '../../../engine/errors.ts';
import {decodeAnswers} from '../../../installer/answers/wire.ts';
import {runFiles} from '../../../installer/background/run-files.ts';
import {RunJournal} from '../../../installer/background/run-journal.ts';
import {installAnswers} from '../../../installer/install-answers.ts';
import {finishMachine} from '../../../installer/live/finish.ts';
import {defineCommand} from '../command.ts';
import {formatInstalled} from '../installed.ts';

export const command = defineCommand({
	description: [
		'What the screens of slipway install start: reads their answers from standard input and installs, whatever becomes of the terminal. What it does is told in /run/slipway/install.',
	],
	options: {
		'planned-disk': {
			type: 'string',
			value: 'FINGERPRINT',
			help: 'Refuse a disk that is not as it was when its plan was shown.',
		},
		unattended: {
			type: 'boolean',
			help: 'Nobody watches: do at the end what the answers say, such as a reboot.',
		},
	},
	positionals: {},
	examples: [],
	cleansUp: true,
	async run(context, {options: {unattended, 'planned-disk': plannedDisk}}) {
		const system = await context.system();
		const answers = decodeAnswers(await text(process.stdin));
		const disk = answers.disk?.[0]?.path ?? 'the disk that was selected';
		using journal = await RunJournal.begin(system, runFiles(), disk);
		try {
			const options = {dryRun: false, signal: context.signal, plannedDisk};
			const {plan, recoveryKey} = await installAnswers(system, answers, options, journal.report);
			await journal.endInstalled(formatInstalled(plan), recoveryKey?.reveal());
		} catch (error) {
			await journal.endFailed(error);
			if (unattended) await finishMachine(system, answers.finish, false, journal.report);
			throw error;
		}
		if (unattended) await finishMachine(system, answers.finish, true, journal.report);
		return exitStatus.ok;
	},
});
