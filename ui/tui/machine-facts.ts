import {networkInterfaces} from 'node:os';
import {readImageFiles} from '../../engine/deployment/image-files.ts';
import {updateReference} from '../../engine/deployment/image-reference.ts';
import {ImageRoot} from '../../engine/lint/image-root.ts';
import type {System} from '../../engine/system/system.ts';
import {readUpdateSettings} from '../../engine/update/update-settings.ts';
import {hostArchitecture} from '../../installer/architecture.ts';
import {type RootFileSystem, rootFileSystems} from '../../installer/disk/layout-settings.ts';
import {readLayoutSettings} from '../../installer/layout-files.ts';
import {readChoices} from '../../installer/machine/choices.ts';
import {checkHardware, hasTpm2} from '../../installer/machine/hardware.ts';
import {readSurroundings} from '../../installer/machine/surroundings.ts';
import {whyNoEncryption, whyNoSudo} from '../../installer/programs.ts';
import {containerEnvironment} from '../../installer/self-image.ts';
import type {MachineFacts} from './port.ts';

/** @throws what reading an image throws, when the root that runs here is none that can be installed */
export async function readMachine(system: System): Promise<MachineFacts> {
	const image = new ImageRoot('/');
	const surroundings = readSurroundings();
	const {imageSettings, osRelease} = await readImageFiles(image);
	const {rootFileSystem} = await readLayoutSettings(image, hostArchitecture());
	const target = updateReference({
		containerEnvironment: containerEnvironment(),
		imageSettings,
	})?.image;
	return {
		image: {
			name: target ?? osRelease.prettyName,
			version: [osRelease.prettyName, osRelease.imageVersion].filter(Boolean).join(', '),
			target,
		},
		surroundings,
		checks: checkHardware(system),
		fileSystems: withFirst(rootFileSystem),
		withoutEncryption: whyNoEncryption(),
		withoutTpm2: hasTpm2() ? undefined : 'this machine has no TPM2',
		withoutSudo: whyNoSudo(),
		...(await readChoices(system, {inContainer: surroundings.kind === 'container'})),
		updates: (await readUpdateSettings()).mode,
		interfaces: connectedInterfaces(),
	};
}

function withFirst(first: RootFileSystem): MachineFacts['fileSystems'] {
	return [first, ...rootFileSystems.filter((type) => type !== first)];
}

function connectedInterfaces(): MachineFacts['interfaces'] {
	return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => {
		const shown = addresses.filter(({internal}) => !internal).flatMap(({cidr}) => cidr ?? []);
		return shown.length === 0 ? [] : [{name, state: `connected, ${shown.join(', ')}`}];
	});
}
