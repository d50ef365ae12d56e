import {exitStatus, UsageError} from '../../../engine/errors.ts';
import {isLiveSystem} from '../../../engine/source/live-root.ts';
import {firmwares} from '../../../installer/disk/firmware.ts';
import {rootFileSystems} from '../../../installer/disk/layout-settings.ts';
import {installMachine} from '../../../installer/install.ts';
import {formatPlan} from '../../../installer/plan-text.ts';
import {type UiMode, uiModes} from '../../tui/terminal/levels.ts';
import {terminalSecrets} from '../ask-secret.ts';
import {type CommandContext, defineCommand, progressOptions} from '../command.ts';
import {configDigestOption, configSyntax, lenientOption} from '../config-file.ts';
import {encryptionOptions, withEncryptionOptions} from '../encryption-options.ts';
import {answerOptions, withAnswerOptions} from '../install-answers.ts';
import {configuredSetup, plainSetup} from '../install-setup.ts';
import {formatInstalled} from '../installed.ts';
import {shownRecoveryKey} from '../recovery-code.ts';
import {storageOptions, withStorageOptions} from '../storage-options.ts';

export const command = defineCommand({
	description: [
		'Writes the image that this runs from onto a disk, so that the disk boots as a machine of its own. In a container: podman run --privileged IMAGE install /dev/sda. Nothing else needs to be handed in.',
		'Without DEVICE, on a terminal, it asks everything on screens, and says what will be destroyed before it is. What they start goes on when the terminal is lost, and slipway install shows it again; for a container: podman exec -it NAME slipway install.',
		'Everything is checked before the first write: what is on the disk, whether it is in use, its size, the privileges. A disk that holds anything is refused unless --wipe is given. After a failure the disk says that it is not a finished install; running it again works.',
	],
	options: {
		wipe: {type: 'boolean', help: 'Destroy what is on the disk.'},
		'dry-run': {type: 'boolean', short: 'n', help: 'Check, print the plan, write nothing.'},
		'target-image': {
			type: 'string',
			value: 'REFERENCE',
			help: 'Where the machine gets its updates, such as registry.example.com/myos:latest. When left out, the reference that the container was started from, or the one that the image names.',
		},
		'root-fs': {
			type: 'string',
			value: 'TYPE',
			choices: rootFileSystems,
			help: 'File system of the root; what the image says when left out.',
		},
		firmware: {
			type: 'string',
			value: 'FIRMWARE',
			choices: firmwares,
			help: 'What starts the disk: UEFI (uefi), a BIOS by GRUB (bios), or either of them (both). When left out, uefi; in a live system, what that was started by.',
		},
		karg: {
			type: 'string',
			value: 'ARGUMENT',
			multiple: true,
			help: 'Add a kernel argument to those of the image, as in --karg=console=ttyS0. May be given several times.',
		},
		mirror: {
			type: 'string',
			value: 'DEVICE',
			multiple: true,
			help: 'Mirror the root, as MD RAID1, and the boot partition on this disk too. May be given several times.',
		},
		...encryptionOptions,
		...storageOptions,
		...answerOptions,
		config: {
			type: 'string',
			value: 'FILE',
			help: `Install as a configuration says, and ask nothing: ${configSyntax} Options go before it, and arguments of --karg come behind its own.`,
		},
		...configDigestOption,
		...lenientOption,
		'found-config': {
			type: 'boolean',
			help: 'In a live system: install by a configuration that is found, if it may, as slipway.config= names it, or on a volume labelled SLIPWAY-CFG or OEMDRV; ask otherwise. The consoles of a live system do that.',
		},
		json: {type: 'boolean', help: 'Print the plan as JSON.'},
		ui: {
			type: 'string',
			value: 'MODE',
			choices: uiModes,
			help: 'How to ask, without DEVICE: screens as rich as the terminal is (auto), at least with lines (rich), in ASCII without colours (basic), or numbered questions (plain), for screen readers.',
		},
		...progressOptions,
	},
	positionals: {
		DEVICE: {
			optional: true,
			help: 'The disk: a block device, or a plain file of the size wanted. A configuration can do without; otherwise, on a terminal, everything is asked.',
		},
	},
	examples: [
		['podman run --privileged -it -e TERM IMAGE install', 'Be asked.'],
		['podman run --privileged IMAGE install /dev/sda', 'Install on an empty disk.'],
		[
			'podman run --privileged IMAGE install --dry-run --wipe /dev/sda',
			'See what would be destroyed and made.',
		],
		[
			'podman run --privileged -v .:/config IMAGE install --config /config/site.toml',
			'Install as a file says, on the disk that it selects.',
		],
	],
	exitStatuses: {
		[exitStatus.failed]: 'It failed on the way; the disk is not a finished install.',
		[exitStatus.refused]:
			'The disk, the image or the configuration will not do; nothing was changed.',
		[exitStatus.lacking]: 'A privilege or program is missing; nothing was changed.',
	},
	cleansUp: true,
	async run(context, {options, positionals}) {
		const {DEVICE: disk} = positionals;
		const {config, 'config-sha256': configSha256} = options;
		const others = givenOptions(options).filter((name) => !['ui', 'found-config'].includes(name));
		if (options['found-config'])
			return await installFoundConfig(context, disk ?? others.map((name) => `--${name}`)[0]);
		if (disk === undefined && config === undefined)
			return await askEverything(context, options.ui, others);
		const dryRun = options['dry-run'];
		using progress = await context.startProgress(options);
		if (configSha256 !== undefined && config === undefined)
			throw new UsageError('--config-sha256 is given without --config', {
				hint: 'Run slipway install --help.',
			});
		const given = {
			wipe: options.wipe,
			targetImage: options['target-image'],
			rootFileSystem: options['root-fs'],
			firmware: options.firmware,
			kernelArguments: options.karg,
			mirror: options.mirror,
			showsRecoveryKey: process.stdout.isTTY && !options.json,
		};
		const setup =
			config === undefined
				? plainSetup(disk, given)
				: await configuredSetup(
						context,
						{...given, disk, config, configSha256, isLenient: options.lenient, dryRun},
						progress.report,
					);
		const told = await withAnswerOptions(
			withStorageOptions(setup.answers, options),
			options,
			progress.report,
		);
		const answers = await withEncryptionOptions(told, options, terminalSecrets());
		const {plan, recoveryKey} = await installMachine(
			await context.system(),
			{
				...setup,
				answers,
				dryRun,
				signal: context.signal,
			},
			progress.report,
		);
		progress[Symbol.dispose]();
		if (options.json) context.print(JSON.stringify(plan, undefined, 2));
		else if (dryRun) context.write(formatPlan(plan));
		else context.print(formatInstalled(plan));
		if (recoveryKey !== undefined) {
			const hasCode = answers.storage.encryption?.recoveryKeyShown !== 'screen';
			context.print(shownRecoveryKey(recoveryKey.reveal(), hasCode, options.ui));
		}
		return exitStatus.ok;
	},
});

/** @throws UsageError outside of a live system, or when something is named as well */
async function installFoundConfig(
	context: CommandContext,
	named: string | undefined,
): Promise<number> {
	if (named !== undefined)
		throw new UsageError(`--found-config is given, and ${named} too`, {hint: 'Give one of them.'});
	if (!isLiveSystem())
		throw new UsageError('--found-config is for a live system', {
			hint: 'Name the configuration: install --config FILE.',
		});
	const {installFound} = await import('../found-install.ts');
	return await installFound(context);
}

/** Names of those that are not as they would be anyway. */
function givenOptions(options: Readonly<Record<string, unknown>>): string[] {
	return Object.entries(options).flatMap(([name, value]) => {
		const isGiven = Array.isArray(value)
			? value.length > 0
			: value !== undefined && value !== false;
		return isGiven ? [name] : [];
	});
}

/** @throws UsageError where nobody can be asked, or what was given is for an installation that asks nothing */
async function askEverything(
	context: CommandContext,
	ui: UiMode | undefined,
	others: readonly string[],
): Promise<number> {
	if (others.length > 0)
		throw new UsageError(
			`install needs DEVICE, the disk to install to, with ${others.map((name) => `--${name}`).join(', ')}`,
			{hint: 'Name the disk, such as /dev/sda; or leave the options out, and be asked.'},
		);
	if (ui === undefined && !(process.stdin.isTTY && process.stdout.isTTY))
		throw new UsageError('install needs DEVICE: the disk to install to', {
			hint: 'Give one, such as /dev/sda; or start it on a terminal without options, and be asked.',
		});
	const {installOnTerminal} = await import('../../tui/install-on-terminal.ts');
	return await installOnTerminal(await context.system(), ui ?? 'auto', context.signal);
}
