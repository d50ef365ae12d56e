import {writeFileSync} from 'node:fs';
import path from 'node:path';
import type {KernelFile} from '../../../engine/boot/kernel.ts';
import {emptyDirectory} from '../../../engine/tree/empty-directory.ts';
import type {Directory} from '../../../engine/tree/tree.ts';
import type {IsoMedium, IsoOptions} from '../../../installer/output/iso/write-iso.ts';

/** A medium of an image without files, whose kernel and the like are small files in a folder. */
export function liveSample(folder: string): IsoMedium {
	const file = (text: string): KernelFile => {
		const place = path.join(folder, text);
		writeFileSync(place, text);
		return {path: place, size: text.length, sha256: ''};
	};
	return {
		tree: {root: sampleRoot(), files: [], mountPoints: []},
		files: {
			kernel: {version: '6.12', linux: file('kernel'), initramfs: file('initramfs')},
			kernelArguments: ['quiet', 'a=b'].map((argument) => ({argument, source: 'image'})),
			bootProgram: file('systemd-boot').path,
			osRelease: {prettyName: 'Sample OS 1', imageVersion: undefined},
		},
		environment: 'image="registry.example.com/os"\nname="gone"\n',
	};
}

/** Of an ISO that asks, for UEFI. @param rootImage what stands for the image */
export function plainIso(rootImage: string): IsoOptions {
	return {
		efi: 'x64',
		firmware: 'uefi',
		grub: undefined,
		seed: 'seed',
		time: new Date(1.8e12),
		rootImage,
		config: undefined,
		kernelArguments: [],
	};
}

function sampleRoot(): Directory {
	const root = emptyDirectory();
	root.children.set('usr', emptyDirectory());
	return root;
}
