import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {planLayout} from '../../../installer/disk/layout.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import {noWishes} from '../../../installer/disk/storage-wishes.ts';
import {firstBootState, isRootLast} from '../../../installer/first-boot/first-boot-state.ts';

const test = suite('marks for the first boot');

test('are none where nothing is asked for', () => {
	assert.equal(firstBootState({grow: false}), []);
});

test('ask for the growth of the root', () => {
	assert.equal(
		firstBootState({grow: true}).map(({path, inode: {type, mode}, source}) => [
			path,
			type,
			mode,
			source?.kind === 'bytes' && source.bytes.toString(),
		]),
		[
			['state/os/default/first-boot', 'directory', 0o755, false],
			['state/os/default/first-boot/grow', 'file', 0o644, '\n'],
		],
	);
});

test('ask for it only where the root is last', () => {
	const layout = (swapSize: number | undefined) =>
		planLayout({
			diskSize: 8 * GiB,
			sectorSize: 512,
			sizes: {rootBytes: MiB, rootInodes: 10, bootBytes: MiB, loaderBytes: 0, varBytes: 0},
			settings: {rootFileSystem: 'ext4', espSize: undefined},
			wishes: {...noWishes, swapSize},
			architecture: 'x86-64',
			seed: 'fixed',
		});
	assert.equal(
		[undefined, GiB].map((swap) => isRootLast(layout(swap))),
		[true, false],
	);
});

test.run();
