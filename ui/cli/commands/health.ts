import {runningBootLoader} from '../../../engine/boot/running-boot-loader.ts';
import {blessRunning} from '../../../engine/deployment/soft-boot.ts';
import {exitStatus} from '../../../engine/errors.ts';
import {checkHealth, runAftermath} from '../../../engine/health/check-health.ts';
import type {CheckResult} from '../../../engine/health/health-check.ts';
import {describeFailure} from '../../../engine/health/health-record.ts';
import {
	bootedDeployment,
	recordHealth,
	recordIncompleteBoot,
} from '../../../engine/health/record-health.ts';
import {defineCommand} from '../command.ts';
import {formatHealth, formatResult} from '../health.ts';

export const command = defineCommand({
	description: [
		'Runs the health checks of this machine, and says which of them pass. They are the programs in health.d of /usr/lib/slipway and /etc/slipway, those in required and wanted below it, and the scripts in the folders of greenboot. A file in /etc replaces the one of the same name in /usr/lib; a link to /dev/null takes it away.',
		'At boot they decide whether a new deployment is good: one that keeps failing a required check is given up after three attempts, and the machine falls back.',
		'A check may take 300 seconds, or what time-limit and [time-limits] in /usr/lib/slipway/health.toml and /etc/slipway/health.toml say. A mistake in the latter is told, and the limits of the image hold.',
	],
	options: {
		json: {type: 'boolean', help: 'Print the results as JSON.'},
		boot: {type: 'boolean', help: 'Note the results for status and for a fallback. Done at boot.'},
		bless: {
			type: 'boolean',
			help: 'Run nothing; keep the boot entry of this deployment for good. Done when a boot is complete.',
		},
		'note-failed-boot': {
			type: 'boolean',
			help: 'Run nothing; note that this boot is given up, and which units failed. Done before such a restart.',
		},
	},
	positionals: {},
	examples: [
		['slipway health', 'Try a check that you have just written.'],
		['slipway health --json | jq .verdict', 'For programs.'],
	],
	exitStatuses: {
		[exitStatus.ok]: 'All required checks passed.',
		[exitStatus.failed]: 'A required check failed, or took too long.',
	},
	async run(context, {options}) {
		const system = await context.system();
		if (options['note-failed-boot']) {
			const record = await recordIncompleteBoot(system, await bootedDeployment());
			context.print(`this boot is given up: ${describeFailure(record)}`);
			return exitStatus.ok;
		}
		if (options.bless) {
			await blessRunning(system, await runningBootLoader(system));
			return exitStatus.ok;
		}
		const bootedId = options.boot ? await bootedDeployment() : undefined;
		const print = (result: CheckResult) => context.print(...formatResult(result));
		const {record, skipped} = await checkHealth(system, options.json ? undefined : print);
		const isHealthy = record.verdict === 'healthy';
		if (bootedId !== undefined) {
			await recordHealth(system, bootedId, record);
			await runAftermath(system, isHealthy);
		}
		context.print(
			...(options.json
				? [JSON.stringify({...record, skipped}, undefined, 2)]
				: formatHealth({record, skipped})),
		);
		return isHealthy ? exitStatus.ok : exitStatus.failed;
	},
});
