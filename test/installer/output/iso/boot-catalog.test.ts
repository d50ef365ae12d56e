import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type BootImage, bootCatalog} from '../../../../installer/output/iso/boot-catalog.ts';

const test = suite('boot catalog');

const efi: BootImage = {platform: 'efi', block: 0x1234, size: 0xffff * 512};

const hex = (catalog: Buffer, entries: number) =>
	catalog
		.subarray(0, 32 * entries)
		.toString('hex')
		.match(/.{64}/g)
		?.map((entry) => entry.replace(/(?:00)+$/, ''));

test('has one image for UEFI, as xorriso writes it', () => {
	const catalog = bootCatalog([efi]);
	assert.equal(hex(catalog, 3), [
		'01ef0000000000000000000000000000000000000000000000000000aa6655aa',
		'880000000000ffff3412',
		'',
	]);
	assert.is(catalog.length, 2048);
});

test('says of a large one that it goes to the end of the medium', () => {
	const large = {...efi, size: 0xffff * 512 + 1};
	assert.is(hex(bootCatalog([large]), 2)?.[1], '88000000000000003412');
});

test('has one for the BIOS first, and that for UEFI in a section', () => {
	const bios: BootImage = {platform: 'bios', block: 0x20, size: 2048};
	assert.equal(hex(bootCatalog([bios, efi]), 5), [
		'0100000000000000000000000000000000000000000000000000' + '0000aa5555aa',
		'880000000000040020',
		'91ef01',
		'880000000000ffff3412',
		'',
	]);
});

test.run();
