import type {Kernel} from '../boot/kernel.ts';
import {Refused} from '../errors.ts';
import type {Store} from '../store/store.ts';
import {openStoredImage} from '../store/stored-image.ts';
import type {System} from '../system/system.ts';
import {neededPrograms} from './boot-programs.ts';
import {checkGrub} from './check-grub.ts';
import {findBootProblems, readEarlyBoot} from './missing-drivers.ts';
import {neededDrivers} from './needed-drivers.ts';

/**
 * Whether an image of the store is started by what starts this machine, and will find its root on it.
 * @param root what stands before all paths; for tests
 * @throws Refused `no-grub`
 * @throws Refused `missing-driver`, `missing-boot-program`, `no-boot-support`, with all that is missing
 */
export async function checkImage(
	system: Pick<System, 'run' | 'syncFileSystem'>,
	store: Pick<Store, 'imagePath' | 'objectPath'>,
	verityDigest: string,
	{version, initramfs}: Kernel,
	root = '/',
): Promise<void> {
	const image = openStoredImage(store, verityDigest);
	await checkGrub(system, image, root);
	const early = await readEarlyBoot(image, version, initramfs.path);
	if (early === undefined) return;
	const drivers = await neededDrivers(root);
	const programs = await neededPrograms(drivers, root);
	const [first, ...others] = findBootProblems({drivers, programs}, early);
	if (first === undefined) return;
	const message = [first, ...others].map((problem) => problem.message).join('; ');
	throw new Refused(first.code, message, first.hint === undefined ? {} : {hint: first.hint});
}
