/**
 * Device numbers as the kernel gives them to user space in 32 bits (`st_rdev`, EROFS, ext4):
 * the low 8 bits of the minor, 12 bits of major, the high 12 bits of the minor.
 * @see include/linux/kdev_t.h, new_encode_dev
 */
export const maxMajor = 0xfff;
export const maxMinor = 0xf_ffff;

export function makeDeviceNumber(major: number, minor: number): number {
	return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

export function deviceMajor(rdev: number): number {
	return (rdev >>> 8) & maxMajor;
}

export function deviceMinor(rdev: number): number {
	return (rdev & 0xff) | ((rdev >>> 12) & 0xf_ff00);
}
