import {exitStatus} from '../../../engine/errors.ts';
import type {UpdaterEvent} from '../../../engine/update/updater-run.ts';
import {formatEvent, formatPass, formatPreview} from '../auto-update.ts';
import {defineCommand, progressOptions} from '../command.ts';
import {systemPlaces} from '../upgrade.ts';

/** EX_TEMPFAIL of sysexits(3). */
const laterStatus = 75;

export const command = defineCommand({
	description: [
		'What slipway-update.timer runs every few minutes: decides what this machine does about updates now, does it, and decides again until there is nothing but to wait. It looks for an update every few hours, stages it, and reboots into it when a window is open and nobody is logged in; /usr/lib/slipway/update.toml and /etc/slipway/update.toml say otherwise.',
		'What fails, what a hook in /etc/slipway/hooks.d says no to, and a reboot that a FleetLock server does not grant is put off, and tried again at a later run.',
	],
	options: {
		'dry-run': {
			type: 'boolean',
			short: 'n',
			help: 'Only tell what would be done first, or why to wait and until when. Needs no privileges.',
		},
		'no-wait': {
			type: 'boolean',
			help: 'Refuse when another command is changing this machine, rather than wait for it.',
		},
		json: {type: 'boolean', help: 'Print what was done as JSON.'},
		...progressOptions,
	},
	positionals: {},
	examples: [
		['slipway auto-update --dry-run', 'See why this machine does not update itself now.'],
		['systemctl start slipway-update', 'Do now what is due.'],
		['systemctl disable --now slipway-update.timer', 'Switch it off; so does mode = "off".'],
	],
	exitStatuses: {
		[exitStatus.ok]: 'All is done that was due; what is left waits for its time.',
		[exitStatus.usage]: 'A file of settings is wrong; nothing was done.',
		[laterStatus]: 'Something was put off, and is tried again at a later run.',
	},
	cleansUp: true,
	async run(context, {options}) {
		const system = await context.system();
		if (options['dry-run']) {
			const {assess} = await import('../../../engine/update/updater-run.ts');
			context.print(...formatPreview(await assess(system), options.json));
			return exitStatus.ok;
		}
		const {runUpdater} = await import('../../../engine/update/run-updater.ts');
		using progress = await context.startProgress(options);
		const events: UpdaterEvent[] = [];
		const outcome = await runUpdater(system, {
			name: 'slipway auto-update',
			wait: !options['no-wait'],
			places: systemPlaces(),
			progress: progress.report,
			signal: context.signal,
			report(event) {
				events.push(event);
				if (!options.json) context.print(formatEvent(event));
			},
		});
		context.print(...formatPass(outcome, events, options.json));
		return events.every(({outcome}) => outcome === 'done') ? exitStatus.ok : laterStatus;
	},
});
