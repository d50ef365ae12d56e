/** How interfaces can be bundled, as the kernel's bonding driver calls it, in the order of its numbers from 0. */
export const bondModes: readonly string[] = [
	'balance-rr',
	'active-backup',
	'balance-xor',
	'broadcast',
	'802.3ad',
	'balance-tlb',
	'balance-alb',
];
