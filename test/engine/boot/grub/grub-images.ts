import type {GrubImages} from '../../../../engine/boot/grub/boot-images.ts';

/** Files that are to slipway what GRUB's are, of another build for another fill. */
export function grubImages(fill = 3): GrubImages {
	const boot = Buffer.alloc(512, fill);
	boot.write('GRUB \0Geom', 0x180, 'latin1');
	boot.writeUInt16LE(0xaa55, 510);
	const core = Buffer.alloc(2700, fill);
	core.writeUInt16LE(0x820, 0x1fe);
	return {boot, core};
}
