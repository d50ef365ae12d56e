import {OperationFailed} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import type {ByteString} from '../../engine/tree/tree.ts';

/** Errors that the message shows. */
const shownErrors = 4;

/**
 * Changes an ext4 that is not mounted. debugfs ends with 0 whatever its commands do, but says nothing
 * on stderr besides its version when all is well.
 * @param fileSystem a path, with `?offset=BYTES` behind it when it does not begin at 0
 */
export async function runDebugfs(
	system: Pick<System, 'run'>,
	fileSystem: string,
	commands: ByteString,
): Promise<void> {
	const {stderr} = await system.run('debugfs', ['-w', '-f', '-', fileSystem], {
		input: Buffer.from(commands, 'latin1'),
	});
	const errors = stderr.split('\n').filter((line) => line !== '' && !/^debugfs \d/.test(line));
	if (errors.length === 0) return;
	throw new OperationFailed(
		'debugfs-failed',
		`debugfs could not finish the root file system: ${errors.slice(0, shownErrors).join('; ')}`,
		{hint: 'Check that the disk is healthy, and run the installation again.'},
	);
}
