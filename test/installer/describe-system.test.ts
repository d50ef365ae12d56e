import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {version} from '../../engine/version.ts';
import type {StateEntry, SystemContent} from '../../installer/content.ts';
import {describeSystem, type SystemRequest} from '../../installer/describe-system.ts';
import {grubImages} from '../engine/boot/grub/grub-images.ts';
import {imageDigest, planFor, systemRequest} from './new-system.ts';

const test = suite('a system to install');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-system-'));
const file = path.join(folder, 'file');
writeFileSync(file, Buffer.alloc(5000));
test.after(() => rmSync(folder, {recursive: true}));

const id = `${imageDigest.slice(0, 12)}.0`;

function contentOf(request: SystemRequest): SystemContent {
	const described = describeSystem(request);
	return described.contentFor(planFor(described));
}

function textOf(entry: Pick<StateEntry, 'source'> | undefined): string {
	return entry?.source?.kind === 'bytes' ? entry.source.bytes.toString() : '';
}

function originOf(request: SystemRequest) {
	const {state} = contentOf(request);
	const entry = state.find(({path: place}) => place === `state/deploy/${id}/origin.json`);
	return JSON.parse(textOf(entry));
}

test('says where it came from', () => {
	assert.equal(originOf(systemRequest(file)), {
		version: 1,
		image: {image: 'registry.example.com/myos:1', transport: 'registry'},
		configDigest: `sha256:${'c'.repeat(64)}`,
		imageVersion: '1',
		architecture: 'amd64',
		imageVerity: {algorithm: 'sha256', digest: imageDigest},
		kernelVersion: '6.12.1',
		kernelArguments: [
			{argument: 'quiet', source: '/usr/lib/slipway/kargs.d/a.toml'},
			{argument: 'console=ttyS0', source: 'slipway install --karg'},
		],
		sequence: 1,
		created: '2026-11-22T12:00:00.000Z',
		pinned: false,
		installed: {
			slipwayVersion: version,
			layout: 'whole disk, ext4',
			source: 'container of localhost/myos:dev',
			kernelArguments: [{argument: 'console=ttyS0', source: 'slipway install --karg'}],
			time: '2026-11-22T12:00:00.000Z',
		},
	});
});

test('says so when nobody knows where updates come from', () => {
	const {files, self, ...request} = systemRequest(file);
	const origin = originOf({
		...request,
		files: {
			...files,
			imageSettings: undefined,
			osRelease: {prettyName: 'x', imageVersion: undefined},
		},
		self: {...self, containerEnvironment: undefined},
	});
	assert.equal(
		[origin.image, origin.configDigest, origin.imageVersion, origin.installed.source],
		[null, undefined, undefined, 'running root'],
	);
});

for (const [who, changes, reference, isPullable] of [
	[
		'the person',
		{targetImage: 'registry.example.com/other:2'},
		'registry.example.com/other:2',
		true,
	],
	['the image, rather than the host alone', {}, 'registry.example.com/myos:1', true],
	['the container, if nobody else does', {imageSettings: undefined}, 'localhost/myos:dev', false],
] as const)
	test(`takes its updates from where ${who} says`, () => {
		const request = systemRequest(file);
		const {image} = describeSystem({
			...request,
			files: {...request.files, ...('imageSettings' in changes && changes)},
			given: {...request.given, ...('targetImage' in changes && changes)},
		});
		assert.equal([image.reference, image.isPullable], [reference, isPullable]);
	});

test('boots by one entry, with the command line of the plan', () => {
	const described = describeSystem(systemRequest(file));
	const plan = planFor(described);
	const {bootFiles, bootEntries} = described.contentFor(plan);
	const kernel = bootFiles.find(({path: place}) => place.endsWith('/linux'))?.path ?? '';
	assert.match(kernel, /^EFI\/Linux\/slipway-[0-9a-f]{32}\/linux$/);
	assert.equal(
		bootFiles.map(({path: place}) => place),
		[
			'EFI/systemd/systemd-bootx64.efi',
			'EFI/BOOT/BOOTX64.EFI',
			'loader/loader.conf',
			'loader/entries.srel',
			kernel,
			`${path.dirname(kernel)}/initrd`,
		],
	);
	assert.equal(
		bootEntries.map(({path: place}) => place),
		[`loader/entries/slipway-${id}+3.conf`],
	);
	const text = textOf(bootEntries[0]);
	assert.ok(text.includes(`title My OS 1 (${id})\n`), text);
	assert.ok(text.includes(`options ${plan.deployment.commandLine}\n`), text);
	assert.ok(plan.deployment.commandLine.endsWith(` slipway=${id} quiet console=ttyS0`));
});

test('boots by GRUB where a BIOS is to start it, and by systemd-boot where UEFI may', () => {
	const {boot, core} = grubImages();
	for (const firmware of ['bios', 'both'] as const) {
		const request = systemRequest(file);
		const layout = {...request.layout, firmware};
		const described = describeSystem({...request, layout, grub: {boot, core}});
		const content = described.contentFor(planFor(described));
		const {bootFiles, bootEntries, grub, isForBiosAlone} = content;
		assert.equal(grub, {boot, core});
		assert.is(isForBiosAlone, firmware === 'bios');
		assert.equal(
			bootFiles.map(({path: place}) => place).filter((place) => !place.includes('/slipway-')),
			[
				...(firmware === 'both' ? ['EFI/systemd/systemd-bootx64.efi', 'EFI/BOOT/BOOTX64.EFI'] : []),
				'loader/loader.conf',
				'grub/grubenv',
				'loader/entries.srel',
			],
		);
		// The loader entry, which says that all is there, comes after what boots it.
		assert.equal(
			bootEntries.map(({path: place}) => place),
			['grub/grub.cfg', `loader/entries/slipway-${id}+3.conf`],
		);
		assert.match(textOf(bootEntries[0]), `\nmenuentry 'My OS 1 (${id})' --id slipway-${id} {\n`);
	}
});

test('takes as much room as its files', () => {
	const {sizes} = describeSystem(systemRequest(file));
	// Four files of two blocks, loader.conf and entries.srel.
	assert.is(sizes.bootBytes, 4 * 8192 + 2 * 4096);
});

test('keeps what unlocks its root among the arguments that updates carry on', () => {
	const rootArguments = [{argument: 'rd.luks.name=aa=slipway-root', source: 'install: encryption'}];
	const request = {...systemRequest(import.meta.filename), rootArguments};
	const {origin} = describeSystem(request).deployment;
	assert.equal(origin.installed.kernelArguments, [
		...request.given.kernelArguments,
		...rootArguments,
	]);
	assert.equal(origin.kernelArguments.at(-1), rootArguments[0]);
});

test.run();
