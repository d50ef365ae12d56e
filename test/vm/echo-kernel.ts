/** Where the header of the boot protocol has its fields. */
const header = {setupSectors: 0x1f1, bootFlag: 0x1fe, magic: 0x202, version: 0x206, flags: 0x211};
const code32Start = 0x214;
const initrdMax = 0x22c;
const alignment = 0x230;
const commandLineSize = 0x238;
const preferredAddress = 0x258;
const initSize = 0x260;

/**
 * In 32 bits, with the boot parameters at ESI: writes the command line to the first serial port, waiting each time
 * until that takes a byte, and has the keyboard controller restart the machine.
 */
const code = Buffer.from(
	'8b9e28020000' + // mov ebx, [esi + 0x228]
		'8a23' + // next: mov ah, [ebx]
		'84e4' + // test ah, ah
		'7413' + // jz restart
		'66bafd03' + // mov dx, 0x3fd
		'ec' + // wait: in al, dx
		'a820' + // test al, 0x20
		'74fb' + // jz wait
		'66baf803' + // mov dx, 0x3f8
		'88e0' + // mov al, ah
		'ee' + // out dx, al
		'43' + // inc ebx
		'ebe7' + // jmp next
		'b0fe' + // restart: mov al, 0xfe
		'e664' + // out 0x64, al
		'f4' + // hlt
		'ebfd', // jmp back to it
	'hex',
);

/**
 * A kernel for boot loaders, as far as they look at one: it says its command line on the serial console, and
 * restarts.
 * @see https://docs.kernel.org/arch/x86/boot.html
 */
export function echoKernel(): Buffer {
	const kernel = Buffer.alloc(1024 + 4096);
	kernel.writeUInt8(1, header.setupSectors);
	kernel.writeUInt16LE(0xaa55, header.bootFlag);
	kernel.write('HdrS', header.magic, 'latin1');
	kernel.writeUInt16LE(0x20c, header.version);
	kernel.writeUInt8(1, header.flags);
	kernel.writeUInt32LE(0x100000, code32Start);
	kernel.writeUInt32LE(0x7fffffff, initrdMax);
	kernel.writeUInt32LE(0x1000, alignment);
	kernel.writeUInt32LE(2047, commandLineSize);
	kernel.writeBigUInt64LE(0x100000n, preferredAddress);
	kernel.writeUInt32LE(0x10000, initSize);
	code.copy(kernel, 1024);
	return kernel;
}
