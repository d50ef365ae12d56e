/** What `upgrade` and `switch` have in common. */
import type {ImageReference} from '../../engine/deployment/origin.ts';
import {reboot} from '../../engine/deployment/reboot.ts';
import type {SoftRebootMode} from '../../engine/deployment/soft-reboot.ts';
import {exitStatus, UsageError} from '../../engine/errors.ts';
import type {SettingsPlaces} from '../../engine/oci/settings/places.ts';
import {printableText} from '../../engine/tree/printable.ts';
import type {StagedNews} from '../../engine/update/describe-staged.ts';
import {type Transfer, type UpgradeOutcome, upgradeMachine} from '../../engine/update/upgrade.ts';
import {type CommandContext, type OptionDefinitions, progressOptions} from './command.ts';
import {summarizeChanges} from './deployment-changes.ts';
import {formatCounted, formatImageReference, formatSize} from './format.ts';
import {formatSoftReboot, formatWayThere, softRebootOption} from './soft-reboot.ts';

/** By these a program tells what came of it; 0 is that an update was brought. */
export const upgradeStatus = {upToDate: 77, available: 100} as const;

export const upgradeExitStatuses = {
	[exitStatus.ok]: 'The update is staged, or with --download-only in the store.',
	[upgradeStatus.upToDate]: 'There is nothing new.',
	[upgradeStatus.available]: 'With --check: there is an update.',
	[exitStatus.refused]:
		'A policy, or what the image lacks, speaks against it; or a soft reboot is required and cannot be done. Nothing is staged.',
} as const;

export const upgradeOptions = {
	check: {type: 'boolean', help: 'Only look whether there is an update, and bring nothing.'},
	'download-only': {
		type: 'boolean',
		help: 'Bring all of it into the store, where it waits for 30 days or until another image is brought, and leave what boots next as it is.',
	},
	apply: {type: 'boolean', help: 'Reboot at once into what was staged.'},
	...softRebootOption,
	'even-if-failed': {
		type: 'boolean',
		help: 'Take an image that has failed on this machine before.',
	},
	authfile: {
		type: 'string',
		value: 'FILE',
		help: 'Take credentials from FILE alone, as podman login --authfile writes it.',
	},
	policy: {
		type: 'string',
		value: 'FILE',
		help: "Ask the signature policy in FILE instead of the system's.",
	},
	'no-wait': {
		type: 'boolean',
		help: 'Refuse when another command is changing this machine, rather than wait for it.',
	},
	json: {type: 'boolean', help: 'Print what came of it as JSON.'},
	...progressOptions,
} as const satisfies OptionDefinitions;

interface GivenOptions {
	readonly check: boolean;
	readonly 'download-only': boolean;
	readonly apply: boolean;
	readonly 'soft-reboot': SoftRebootMode | undefined;
	readonly 'even-if-failed': boolean;
	readonly authfile: string | undefined;
	readonly policy: string | undefined;
	readonly 'no-wait': boolean;
	readonly json: boolean;
	readonly quiet: boolean;
	readonly 'progress-fd': number | undefined;
}

/** Settings that are shared with podman, as a service of the system reads them. */
export function systemPlaces(): SettingsPlaces {
	return {root: '/', environment: process.env, includesHome: false};
}

/** @param switchTo another image to follow; undefined for the one that the machine follows */
export async function runUpgrade(
	context: CommandContext,
	name: 'upgrade' | 'switch',
	options: GivenOptions,
	switchTo?: ImageReference,
): Promise<number> {
	const outcome = await upgrade(context, name, options, switchTo);
	const reboots = options.apply && outcome.kind === 'staged';
	context.print(
		...(options.json
			? [JSON.stringify({version: 1, ...outcome, reboots}, undefined, 2)]
			: formatOutcome(outcome, reboots)),
	);
	if (reboots) await reboot(await context.system(), outcome.softReboot);
	return statusOf(outcome);
}

async function upgrade(
	context: CommandContext,
	name: string,
	options: GivenOptions,
	switchTo: ImageReference | undefined,
): Promise<UpgradeOutcome> {
	const given = ['check', 'download-only', 'apply'].filter(
		(option) => options[option as 'check' | 'download-only' | 'apply'],
	);
	if (given.length > 1) throw new UsageError(`--${given.join(' and --')} cannot be given together`);
	const softReboot = options['soft-reboot'];
	const [stagesNothing] = given.filter((option) => option !== 'apply');
	if (softReboot !== undefined && stagesNothing !== undefined)
		throw new UsageError(`--${stagesNothing} and --soft-reboot cannot be given together`);
	using progress = await context.startProgress(options);
	return await upgradeMachine(await context.system(), {
		name: `slipway ${name}`,
		wait: !options['no-wait'],
		until: options.check ? 'checked' : options['download-only'] ? 'downloaded' : 'staged',
		evenIfFailed: options['even-if-failed'],
		places: systemPlaces(),
		authFile: options.authfile,
		policyFile: options.policy,
		progress: progress.report,
		signal: context.signal,
		...(softReboot && {softReboot}),
		...(switchTo && {switchTo}),
	});
}

function statusOf({kind}: UpgradeOutcome): number {
	if (kind === 'up-to-date') return upgradeStatus.upToDate;
	return kind === 'available' ? upgradeStatus.available : exitStatus.ok;
}

export function formatOutcome(outcome: UpgradeOutcome, reboots: boolean): string[] {
	const {reference, image} = outcome;
	const name = formatImageReference(reference);
	const version = image.imageVersion === undefined ? '' : `, version ${image.imageVersion}`;
	const what = `${name}${version} (${image.digest})`;
	switch (outcome.kind) {
		case 'up-to-date':
			return [
				`nothing new: deployment ${outcome.deployment} is ${what}`,
				...(outcome.unstaged === null ? [] : [`taken back: deployment ${outcome.unstaged}`]),
				...formatSoftReboot(outcome.softReboot),
			];
		case 'available':
			return [`there is an update: ${what}`];
		case 'downloaded':
			return [`in the store: ${what}`, formatTransfer(outcome)];
		case 'staged':
			return [
				`staged as deployment ${outcome.deployment}: ${what}`,
				formatTransfer(outcome),
				...formatNews(outcome),
				...formatSoftReboot(outcome.softReboot),
				formatWayThere(reboots, outcome.softReboot),
			];
	}
}

function formatNews({changes, hiddenDefaults}: StagedNews): string[] {
	return [
		...(changes === null ? [] : [`changes: ${summarizeChanges(changes)}`]),
		...(hiddenDefaults?.length ? [formatHidden(hiddenDefaults)] : []),
	];
}

/** More are only counted. */
const maxHiddenNames = 3;

function formatHidden(paths: readonly string[]): string {
	const names = paths.slice(0, maxHiddenNames).map(printableText);
	const rest = paths.length - names.length;
	const listed = [...names, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
	const what = paths.length === 1 ? '1 new default is' : `${paths.length} new defaults are`;
	return `${what} hidden by local changes (see slipway diff --staged): ${listed}`;
}

function formatTransfer({layersFetched, layersKnown, bytesFetched}: Transfer): string {
	const known = layersKnown === 0 ? '' : `, ${formatCounted(layersKnown, 'layer')} known already`;
	return `fetched ${formatCounted(layersFetched, 'layer')}, ${formatSize(bytesFetched)}${known}`;
}
